/** V8 copies shorter strings instead of slicing them. */
const SHORTEST_PIECE = 13;

/** Copies a substring that will be kept: a slice would hold the whole text in memory. */
export function ownCopy(text: string): string {
  return text.length < SHORTEST_PIECE ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
