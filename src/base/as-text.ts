/** Any parsed value as text; `String` fails on an object with a key `toString`. */
export function asText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
