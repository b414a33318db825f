import { smallest } from '../../base/many.ts';
import type { Parameter } from '../../engine/nn/index.ts';

/** Maximum bucket size, which limits the memory for copies (DDP's default). */
const MOST_NUMBERS = 25 * 2 ** 18;
/** Fewer weights make smaller buckets, so that the exchange of the first ones overlaps with the rest of the backward pass. */
const BUCKETS = 8;
const FEWEST_NUMBERS = 2 ** 16;

/** Weights whose gradients are exchanged together: for each process, the places of those that it sums. */
export type Bucket = readonly (readonly number[])[];

/**
 * Divides weights among the processes of a run: each sums the gradients of its own, and moves them if the optimizer
 * allows it. Buckets are in the order of the backward pass.
 */
export class WeightShares {
  readonly weights: readonly Parameter[];
  readonly buckets: readonly Bucket[];

  constructor(weights: readonly Parameter[], processes: number) {
    this.weights = weights;
    const numbers = weights.reduce((sum, { size }) => sum + size, 0);
    const most = Math.min(MOST_NUMBERS, Math.max(FEWEST_NUMBERS, numbers / BUCKETS));
    const owners = this.#deal(processes);
    const ranks = Array.from({ length: processes }, (_, rank) => rank);
    this.buckets = this.#inBuckets(most).map((places) =>
      ranks.map((rank) => places.filter((place) => owners[place] === rank)),
    );
  }

  /** Places of the weights that a process sums, in their order. */
  ownedBy(rank: number): number[] {
    return this.buckets.flatMap((bucket) => bucket[rank]).toSorted((a, b) => a - b);
  }

  #inBuckets(most: number): number[][] {
    const buckets: number[][] = [];
    let room = 0;
    for (const place of [...this.weights.keys()].toReversed()) {
      const { size } = this.weights[place];
      if (buckets.length === 0 || size > room) {
        buckets.push([]);
        room = most;
      }
      buckets.at(-1)!.push(place);
      room -= size;
    }
    return buckets;
  }

  /** Assigns the largest weights first, each to the process with the fewest numbers. @returns the process of each weight */
  #deal(processes: number): number[] {
    const sizeOf = (place: number) => this.weights[place].size;
    const loads = Array.from({ length: processes }, () => 0);
    const owners: number[] = [];
    for (const place of [...this.weights.keys()].toSorted((a, b) => sizeOf(b) - sizeOf(a) || a - b)) {
      owners[place] = loads.indexOf(smallest(loads));
      loads[owners[place]] += sizeOf(place);
    }
    return owners;
  }
}
