/** V8 never slices strings shorter than this. */
const SHORTEST_PIECE = 13;

/** A copy to keep: a slice would keep the whole text in memory. */
export function ownCopy(text: string): string {
  return text.length < SHORTEST_PIECE ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
