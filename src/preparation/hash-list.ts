import { GrowingArray } from '../base/growing-array.ts';
import { PlacedNumbers } from '../base/placed-numbers.ts';
import type { UnionFind } from '../data/index.ts';
import { sha256 } from '../files/hash.ts';

const DIGITS = 16;
const NONE = '0'.repeat(DIGITS);

/** The first 64 bits of the text's SHA-256 in hex, as stored by `HashList`. */
export function digitsOf(text: string): string {
  return sha256(text).slice(0, DIGITS);
}

/** 64-bit hashes of texts, 8 bytes each. `unite` never joins an entry whose hash is 0. */
export class HashList {
  /** Upper and lower 32 bits of each hash. */
  readonly #words = new GrowingArray(Uint32Array);

  /** @param text undefined for a text that matches no other */
  add(text: string | undefined): void {
    this.addDigits(text === undefined ? NONE : digitsOf(text));
  }

  /** @param digits from `digitsOf` */
  addDigits(digits: string): void {
    this.#words.push(Number.parseInt(digits.slice(0, 8), 16));
    this.#words.push(Number.parseInt(digits.slice(8), 16));
  }

  get count(): number {
    return this.#words.length / 2;
  }

  isSame(a: number, b: number): boolean {
    return this.#words.at(2 * a) === this.#words.at(2 * b) && this.#words.at(2 * a + 1) === this.#words.at(2 * b + 1);
  }

  /** The smallest hash of each set of texts, as upper and lower halves. */
  leads(setOf: Uint32Array, sets: number): Uint32Array {
    const words = this.#words.view;
    const leads = new Uint32Array(2 * sets).fill(0xffffffff);
    for (let index = 0; index < setOf.length; index++) {
      const [upper, lower] = [words[2 * index], words[2 * index + 1]];
      const at = 2 * setOf[index];
      if (upper > leads[at] || (upper === leads[at] && lower >= leads[at + 1])) continue;
      leads[at] = upper;
      leads[at + 1] = lower;
    }
    return leads;
  }

  /** Unites the sets of equal texts. */
  unite(sets: UnionFind): void {
    const order = new PlacedNumbers(this.count);
    for (let index = 0; index < this.count; index++) order.add(index, this.#words.at(2 * index));
    order.sort();
    for (let from = 0, to; from < order.length; from = to) {
      to = order.endOfRun(from);
      if (to === from + 1) continue;
      const first = new Map<number, number>();
      for (let at = from; at < to; at++) {
        const index = order.place(at);
        const [upper, lower] = [this.#words.at(2 * index), this.#words.at(2 * index + 1)];
        if (upper === 0 && lower === 0) continue;
        const known = first.get(lower);
        if (known === undefined) first.set(lower, index);
        else sets.union(known, index);
      }
    }
  }
}
