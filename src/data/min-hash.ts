import { philox4x32 } from '../base/random.ts';

/** Signatures of 32 bands of 4: a pair at 0.8 shares no band, and is missed, once in 20 million. */
export const BANDS = 32;
const ROWS_PER_BAND = 4;

/** MinHash (Broder, "On the resemblance and containment of documents", 1997): sets that are alike share some key. */
export class MinHash {
  readonly #multipliers: Uint32Array;
  readonly #addends: Uint32Array;

  constructor() {
    const words = Array.from({ length: BANDS * ROWS_PER_BAND }, (_, index) => philox4x32([index, 0, 0, 0], [0, 0]));
    // Odd multipliers make each hash function a permutation of the 32-bit numbers.
    this.#multipliers = Uint32Array.from(words, ([word]) => word | 1);
    this.#addends = Uint32Array.from(words, ([, word]) => word);
  }

  /** A 32-bit key of a set's minimum hashes in one of the bands. */
  key(band: number, shingles: Uint32Array): number {
    let key = 0x811c9dc5;
    for (let row = 0; row < ROWS_PER_BAND; row++) {
      key = Math.imul(key ^ this.#minimum(band * ROWS_PER_BAND + row, shingles), 0x01000193);
      key ^= key >>> 15;
    }
    return key >>> 0;
  }

  #minimum(permutation: number, shingles: Uint32Array): number {
    const [multiplier, addend] = [this.#multipliers[permutation], this.#addends[permutation]];
    let least = 0xffffffff;
    for (let index = 0; index < shingles.length; index++) {
      const value = (Math.imul(shingles[index], multiplier) + addend) >>> 0;
      if (value < least) least = value;
    }
    return least;
  }
}
