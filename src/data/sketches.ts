import { PagedNumbers } from '../files/paged-numbers.ts';
import { SKETCH_WORDS } from './min-hash.ts';

const BITS = 32 * SKETCH_WORDS;
/** In standard deviations: among pairs at the threshold, one in 200 million differs in more bits. */
const MARGIN = 7;

/**
 * One bit of each of a text's minimum hashes. The share of differing bits is about half the dissimilarity, so that most
 * pairs that share a bucket by chance are rejected without comparing sets. 16 bytes per text.
 */
export class Sketches implements Disposable {
  readonly #words: PagedNumbers;

  /** @param bytes maximum memory; the rest is on disk */
  constructor(bytes?: number) {
    this.#words = new PagedNumbers(bytes);
  }

  set(index: number, sketch: Uint32Array): void {
    const start = SKETCH_WORDS * index;
    while (this.#words.length < start + SKETCH_WORDS) this.#words.push(0);
    for (let word = 0; word < SKETCH_WORDS; word++) this.#words.set(start + word, sketch[word]);
  }

  /** Number of bits in which two texts differ. */
  difference(a: number, b: number): number {
    const words = this.#words;
    const [left, right] = [SKETCH_WORDS * a, SKETCH_WORDS * b];
    let bits = 0;
    for (let word = 0; word < SKETCH_WORDS; word++) bits += onesIn(words.at(left + word) ^ words.at(right + word));
    return bits;
  }

  [Symbol.dispose](): void {
    this.#words[Symbol.dispose]();
  }
}

/** Maximum number of differing bits at this Jaccard similarity. */
export function mostDifference(similarity: number): number {
  const share = (1 - similarity) / 2;
  return Math.floor(BITS * share + MARGIN * Math.sqrt(BITS * share * (1 - share)));
}

function onesIn(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
