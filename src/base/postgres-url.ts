/** Addresses of PostgreSQL databases. */

export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}

/** The address without user and password. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'postgres' : `postgres://${parsed.host}${parsed.pathname}`;
}
