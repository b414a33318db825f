/** Shorter strings are never pieces of others. */
const SHORTEST_PIECE = 13;

/** A string to keep: a piece of a text keeps all of the text in memory, a copy does not. */
export function ownCopy(text: string): string {
  return text.length < SHORTEST_PIECE ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
