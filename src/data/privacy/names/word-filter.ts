/** Bloom filters of words, five bits for each: a filter has every word that it was given, and a few more. */
const HASHES = 5;

/** Where the bits of a word are in a filter, whose size is a power of two. */
function* bitsOf(word: string, filter: Uint8Array): Generator<number> {
  let [one, two] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < word.length; at++) {
    one = Math.imul(one ^ word.charCodeAt(at), 0x01000193);
    two = Math.imul(two ^ word.charCodeAt(at), 0x5bd1e995);
  }
  one ^= one >>> 15;
  two = (two ^ (two >>> 13)) | 1;
  for (let index = 0; index < HASHES; index++) yield (one + Math.imul(index, two)) & (8 * filter.length - 1);
}

export function keep(filter: Uint8Array, word: string): void {
  for (const bit of bitsOf(word, filter)) filter[bit >> 3] |= 1 << (bit & 7);
}

export function isKept(filter: Uint8Array, word: string): boolean {
  for (const bit of bitsOf(word, filter)) if ((filter[bit >> 3] & (1 << (bit & 7))) === 0) return false;
  return true;
}
