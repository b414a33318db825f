import { randomUnits, shuffled } from '../../src/base/random.ts';

/** A seeded source of random choices. */
export class Draws {
  readonly #units: (index: number) => number;
  #count = 0;

  constructor(seed: number, purpose: string) {
    this.#units = randomUnits([seed, purpose]);
  }

  /** From 0 to below 1. */
  unit(): number {
    return this.#units(this.#count++);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** A whole number from `low` to `high`. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  pick<One>(choices: readonly One[]): One {
    return choices[Math.floor(this.unit() * choices.length)];
  }

  shuffled<One>(all: readonly One[]): One[] {
    return shuffled(all, [this.whole(0, 2 ** 32 - 1), 'shuffled']);
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }
}
