import { philox4x32 } from '../base/random.ts';

/** 32 bands of 4 hashes: a pair at similarity 0.8 is missed with probability 1 in 20 million. */
export const BANDS = 32;
const ROWS_PER_BAND = 4;
/** Words per sketch: one bit per minimum hash. */
export const SKETCH_WORDS = (BANDS * ROWS_PER_BAND) / 32;

/**
 * MinHash (Broder, "On the resemblance and containment of documents", 1997): similar sets are likely to share a key.
 */
export class MinHash {
  /** Keys of the last signed set: 32 bits per band, from its minimum hashes. */
  readonly keys = new Uint32Array(BANDS);
  /** Sketch of the last signed set: one bit per minimum hash. Similar sets agree in more bits. */
  readonly sketch = new Uint32Array(SKETCH_WORDS);
  readonly #multipliers: Int32Array;
  /** With the highest bit flipped, so that signed comparison orders them as unsigned. */
  readonly #addends: Int32Array;

  constructor() {
    const words = Array.from({ length: BANDS * ROWS_PER_BAND }, (_, index) => philox4x32([index, 0, 0, 0], [0, 0]));
    // Odd multipliers make each hash function a permutation of the 32-bit numbers.
    this.#multipliers = Int32Array.from(words, ([word]) => word | 1);
    this.#addends = Int32Array.from(words, ([, word]) => word ^ SIGN);
  }

  sign(shingles: Uint32Array): void {
    this.sketch.fill(0);
    for (let band = 0; band < BANDS; band++) this.#signBand(band, shingles);
  }

  /** A band's four minima in one pass. The search for near-duplicates spends most of its time here. */
  #signBand(band: number, shingles: Uint32Array): void {
    const [multipliers, addends, first] = [this.#multipliers, this.#addends, band * ROWS_PER_BAND];
    const [m0, m1, m2, m3] = [
      multipliers[first],
      multipliers[first + 1],
      multipliers[first + 2],
      multipliers[first + 3],
    ];
    const [a0, a1, a2, a3] = [addends[first], addends[first + 1], addends[first + 2], addends[first + 3]];
    let [least0, least1, least2, least3] = [MOST, MOST, MOST, MOST];
    for (let index = 0; index < shingles.length; index++) {
      const shingle = shingles[index] | 0;
      const value0 = (Math.imul(shingle, m0) + a0) | 0;
      const value1 = (Math.imul(shingle, m1) + a1) | 0;
      const value2 = (Math.imul(shingle, m2) + a2) | 0;
      const value3 = (Math.imul(shingle, m3) + a3) | 0;
      if (value0 < least0) least0 = value0;
      if (value1 < least1) least1 = value1;
      if (value2 < least2) least2 = value2;
      if (value3 < least3) least3 = value3;
    }
    let key = 0x811c9dc5;
    key = mixed(mixed(mixed(mixed(key, least0), least1), least2), least3);
    this.keys[band] = key >>> 0;
    const bits = bitOf(least0) | (bitOf(least1) << 1) | (bitOf(least2) << 2) | (bitOf(least3) << 3);
    this.sketch[first >>> 5] |= bits << (first & 31);
  }
}

const SIGN = 0x80000000;
const MOST = 0x7fffffff;

function mixed(key: number, least: number): number {
  const next = Math.imul(key ^ (least ^ SIGN), 0x01000193);
  return next ^ (next >>> 15);
}

/** The lowest bits of a product depend on few bits of its factors, the highest on all of them. */
function bitOf(least: number): number {
  return Math.imul(least, 0x9e3779b1) >>> 31;
}
