// Characters of Windows-1252 at 0x80 … 0x9f; five codes are unassigned and read as control characters.
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const BYTE_OF = new Map([...WINDOWS_1252].map((character, index) => [character, 0x80 + index]));

/** Minimum evidence: two sequences, or one of three bytes, since a single one of two may be intended. */
const SURE_BYTES = 3;

/**
 * Repairs UTF-8 that was decoded as Windows-1252 ("cafÃ©" for "café"). Applies only if all non-ASCII characters form
 * valid UTF-8 in that reading, and there are enough of them; any other text is returned unchanged.
 */
export function repairMojibake(text: string): string {
  // The first byte of a sequence appears as one of these.
  if (!/[\u00c2-\u00f4]/.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  let foreign = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const byte = code < 0x80 || (code >= 0xa0 && code <= 0xff) ? code : BYTE_OF.get(text[index]);
    if (byte === undefined) return text;
    bytes[index] = byte;
    if (byte >= 0x80) foreign++;
  }
  if (foreign < SURE_BYTES) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return text;
  }
}
