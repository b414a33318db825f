import { SpilledOrder, type UnionFind } from '../data/index.ts';
import { sha256 } from '../files/hash.ts';
import { PagedNumbers } from '../files/paged-numbers.ts';

const DIGITS = 16;
const NONE = '0'.repeat(DIGITS);

/** The first 64 bits of the text's SHA-256 in hex, as stored by `HashList`. */
export function digitsOf(text: string): string {
  return sha256(text).slice(0, DIGITS);
}

/** 64-bit hashes of texts, however many there are. `unite` never joins an entry whose hash is 0. */
export class HashList implements Disposable {
  /** Upper and lower 32 bits of each hash. */
  readonly #words = new PagedNumbers();

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

  /** The smallest hash of each set of texts, as upper and lower halves. @param setOf numbers from `toNumbers` */
  leads(setOf: Uint32Array): PagedNumbers {
    const leads = new PagedNumbers();
    for (const [index, set] of setOf.entries()) {
      const [upper, lower] = [this.#words.at(2 * index), this.#words.at(2 * index + 1)];
      const at = 2 * set;
      if (at === leads.length) {
        leads.push(upper);
        leads.push(lower);
      } else if (upper < leads.at(at) || (upper === leads.at(at) && lower < leads.at(at + 1))) {
        leads.set(at, upper);
        leads.set(at + 1, lower);
      }
    }
    return leads;
  }

  /** Unites the sets of equal texts. @param memberOf the set's member of each text; default: the text's own number */
  unite(sets: UnionFind, memberOf = (index: number): number => index): void {
    using order = new SpilledOrder(this.count);
    for (let index = 0; index < this.count; index++) {
      const upper = this.#words.at(2 * index);
      if (upper !== 0 || this.#words.at(2 * index + 1) !== 0) order.add(index, upper);
    }
    for (const run of order.runs()) {
      const first = new Map<number, number>();
      for (const index of run) {
        const lower = this.#words.at(2 * index + 1);
        const known = first.get(lower);
        if (known === undefined) first.set(lower, index);
        else sets.union(memberOf(known), memberOf(index));
      }
    }
  }

  [Symbol.dispose](): void {
    this.#words[Symbol.dispose]();
  }
}
