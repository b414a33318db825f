import { philox4x32, philoxKey } from '../../base/random.ts';

const EXACT_UP_TO = 16;
const MAX_FLIPS = 10_000;
const MAX_BYTES = 3.2e7;

/**
 * Sign-flip test of paired differences: the probability of a sum at least as far from 0 if every difference could
 * equally well have the other sign. One instance serves many sets of differences with the same random signs.
 */
export class SignFlips {
  readonly #count: number;
  readonly #seed: number;
  #signs: Uint8Array | undefined;

  /** `count` is the number of differences, of rows or groups. */
  constructor(count: number, seed = 0) {
    this.#count = count;
    this.#seed = seed;
  }

  /**
   * Two-sided p-value. Enumerates all sign assignments for up to 16 non-zero differences; otherwise samples 10,000
   * (fewer above 25,000 differences) plus the observed one, so that p is never 0. 1 if any difference is not finite.
   */
  p(differences: Float64Array): number {
    const nonzero = differences.filter((value) => value !== 0);
    if (nonzero.length === 0 || !nonzero.every(Number.isFinite)) return 1;
    // Sums of the same numbers in another order differ in the last bits.
    const rounding = 1e-12 * nonzero.reduce((sum, value) => sum + Math.abs(value), 0);
    const observed = Math.abs(nonzero.reduce((sum, value) => sum + value, 0)) - rounding;
    if (nonzero.length > EXACT_UP_TO) return this.#sampledShare(differences, observed);
    const [table] = signedSums(nonzero, EXACT_UP_TO);
    return share(table.subarray(0, 2 ** nonzero.length), observed);
  }

  #sampledShare(differences: Float64Array, observed: number): number {
    const width = Math.ceil(this.#count / 8);
    this.#signs ??= randomSigns(width, this.#seed);
    // Eight signs at once: each byte of signs indexes the sum of its eight differences.
    const tables = signedSums(differences, 8);
    const sums = new Float64Array(this.#signs.length / width);
    for (let flip = 0; flip < sums.length; flip++) {
      let sum = 0;
      for (let byte = 0; byte < width; byte++) sum += tables[byte][this.#signs[flip * width + byte]];
      sums[flip] = sum;
    }
    return (1 + share(sums, observed) * sums.length) / (1 + sums.length);
  }
}

function share(sums: Float64Array, observed: number): number {
  let extreme = 0;
  for (const sum of sums) if (Math.abs(sum) >= observed) extreme++;
  return extreme / sums.length;
}

/** For each block of `size` values, the sum under every sign assignment; a set bit keeps the sign. */
function signedSums(values: Float64Array, size: number): Float64Array[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, part) => {
    const sums = new Float64Array(2 ** size);
    for (let i = 0; i < size; i++) {
      const value = values[part * size + i] ?? 0;
      const half = 2 ** i;
      for (let signs = 0; signs < half; signs++) {
        sums[half + signs] = sums[signs] + value;
        sums[signs] -= value;
      }
    }
    return sums;
  });
}

/** Rows of `width` random bytes. */
function randomSigns(width: number, seed: number): Uint8Array {
  const flips = Math.min(MAX_FLIPS, Math.floor(MAX_BYTES / width));
  const words = new Uint32Array(Math.ceil((flips * width) / 16) * 4);
  const key = philoxKey([seed, 'sign-flip']);
  for (let block = 0; block * 4 < words.length; block++) words.set(philox4x32([block, 0, 0, 0], key), block * 4);
  return new Uint8Array(words.buffer, 0, flips * width);
}
