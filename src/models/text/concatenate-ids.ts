/** Concatenates the ids of a text's parts. */
export function concatenateIds(parts: readonly Int32Array[]): Int32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
