import { PlacedNumbers } from '../base/placed-numbers.ts';
import { SpilledNumbers } from './spilled-numbers.ts';

/** Entries sorted at once, 8 bytes each; more are partitioned on disk. */
const SORTED = 1 << 20;

export interface SpilledOrderOptions {
  /** All numbers are smaller. They should be spread evenly, since close ones are sorted at once. */
  range?: number;
  /** Number of entries sorted at once. */
  sorted?: number;
}

/** Positions in the order of a 32-bit number each, ties by position, for any number of them. */
export class SpilledOrder implements Disposable {
  readonly #all: PlacedNumbers | SpilledNumbers;
  readonly #parts: number;
  readonly #range: number;

  /** @param most capacity */
  constructor(most: number, { range = 2 ** 32, sorted = SORTED }: SpilledOrderOptions = {}) {
    this.#range = range;
    this.#parts = Math.ceil(most / sorted);
    this.#all = this.#parts <= 1 ? new PlacedNumbers(most) : new SpilledNumbers(this.#parts);
  }

  add(place: number, number: number): void {
    if (this.#all instanceof PlacedNumbers) this.#all.add(place, number);
    else this.#all.push(Math.floor((number / this.#range) * this.#parts), place, number);
  }

  /** Consecutive parts of the order; equal numbers are in one part. */
  *sorted(): Generator<PlacedNumbers, void, undefined> {
    for (let part = 0; part < Math.max(1, this.#parts); part++) {
      const order = this.#all instanceof PlacedNumbers ? this.#all : new PlacedNumbers(this.#all.read(part));
      order.sort();
      yield order;
    }
  }

  /** Positions of each number that occurs more than once. */
  *runs(): Generator<number[], void, undefined> {
    for (const order of this.sorted()) {
      for (let from = 0, to; from < order.length; from = to) {
        to = order.endOfRun(from);
        if (to === from + 1) continue;
        yield order.places(from, to);
      }
    }
  }

  clear(): void {
    if (this.#all instanceof PlacedNumbers) this.#all.length = 0;
    else this.#all.clear();
  }

  [Symbol.dispose](): void {
    if (this.#all instanceof SpilledNumbers) this.#all[Symbol.dispose]();
  }
}
