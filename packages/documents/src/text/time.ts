/** Milliseconds since the epoch, from ISO 8601 or another date format, or from seconds or milliseconds. */
export function timeOf(value: unknown): number | undefined {
  if (value === '' || (typeof value !== 'number' && typeof value !== 'string')) return undefined;
  const seconds = Number(value);
  const time = Number.isFinite(seconds) ? seconds * (seconds < 1e11 ? 1000 : 1) : Date.parse(String(value));
  return Number.isFinite(time) ? Math.round(time) : undefined;
}
