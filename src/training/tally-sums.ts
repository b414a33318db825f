import type { Metrics } from '../base/events.ts';
import type { Tally } from '../answering/tasks/rows/prepared-rows.ts';

/** A tally whose sums have been read. */
export type NumberTally = Record<string, { sum: number; count: number }>;

export function inNumbers(tally: Tally): NumberTally {
  return Object.fromEntries(Object.entries(tally).map(([name, { sum, count }]) => [name, { sum: sum.item(), count }]));
}

/** Sums tallies over batches; a metric is its sum divided by its count. */
export class TallySums {
  readonly #sums = new Map<string, { sum: number; count: number }>();

  add(tally: NumberTally): void {
    for (const [name, { sum, count }] of Object.entries(tally)) {
      const entry = this.#sums.get(name) ?? { sum: 0, count: 0 };
      this.#sums.set(name, { sum: entry.sum + sum, count: entry.count + count });
    }
  }

  metrics(): Metrics {
    return Object.fromEntries(
      [...this.#sums].filter(([, { count }]) => count > 0).map(([name, { sum, count }]) => [name, sum / count]),
    );
  }
}
