import type { Collectives } from '../../engine/group/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { BackwardOrder } from './backward-order.ts';
import { OrderedGradients } from './ordered-gradients.ts';
import { WeightShares } from './weight-shares.ts';

/** One turn of all processes: each takes an item. */
export interface Round<Item> {
  /** This process's part; undefined if there are fewer items left than processes. */
  own: Item | undefined;
  /** Processes with a part. */
  size: number;
}

/** Deals items out to the processes in turns. With one process, every item is a round of its own. */
export function roundsOf<Item>(items: readonly Item[], shared: Shared | undefined): Round<Item>[] {
  const { rank, size } = shared ?? { rank: 0, size: 1 };
  return Array.from({ length: Math.ceil(items.length / size) }, (_, round) => {
    const part = items.slice(round * size, (round + 1) * size);
    return { own: part[rank] as Item | undefined, size: part.length };
  });
}

/** A step's share, item by item, each with its place in the step. */
export type Share<Item> = readonly (readonly [place: number, item: Item])[];

/**
 * Deals the shares of a step out to the processes in turns. A share has every n-th micro-batch, as `packShares` has
 * arranged them, and is summed before it is added to others. A run without shares has one.
 */
export function sharesOf<Item>(items: readonly Item[], shared: Shared | undefined): Round<Share<Item>>[] {
  const count = Math.min(shared?.shares ?? 1, items.length);
  const shares = Array.from({ length: count }, (_, share) =>
    [...items.entries()].filter(([place]) => place % count === share),
  );
  return roundsOf(shares, shared);
}

interface Sharing {
  /** Undefined for one process. */
  group?: Collectives;
  /** Number of equal shares of a step. */
  shares: number;
  trainables: readonly Trainable[];
  /** Whether each process sets only the gradients of its own weights. */
  ownOnly: boolean;
}

/** Work divided among the processes of a run, or done by one process that takes over their shares. */
export class Shared {
  readonly rank: number;
  readonly size: number;
  readonly shares: number;
  /** Undefined for one process. */
  readonly group: Collectives | undefined;
  readonly #weights: WeightShares;
  readonly #ownOnly: boolean;
  readonly #order = new BackwardOrder();

  constructor({ group, shares, trainables, ownOnly }: Sharing) {
    const parameters = trainables.map(({ parameter }) => parameter);
    this.rank = group?.rank ?? 0;
    this.size = group?.size ?? 1;
    this.shares = shares;
    this.group = group;
    this.#weights = new WeightShares(parameters, this.size);
    this.#ownOnly = ownOnly;
  }

  /** Results of all processes, by the places of their items. */
  async inOrder<Result>(name: string, own: Share<Result>): Promise<Result[]> {
    const all = (await this.group?.gatherValues(name, own)) ?? [own];
    const found: Result[] = [];
    for (const [place, result] of all.flat()) found[place] = result;
    return found;
  }

  /** Returns rank 0's value on all processes. */
  async share<Value>(name: string, own: () => Promise<Value>): Promise<Value> {
    if (this.group === undefined) return own();
    return this.group.share(name, this.rank === 0 ? await own() : undefined);
  }

  /** Whether `own` holds on any process. */
  async isAny(name: string, own: boolean): Promise<boolean> {
    return (await this.group?.gatherNumbers(name, own ? 1 : 0))?.includes(1) ?? own;
  }

  /** Sums the gradients of passes that begin now. */
  gradients(): OrderedGradients {
    return new OrderedGradients(this.#weights, this.group, this.#order);
  }

  /** @see OrderedGradients.finish */
  finish(gradients: OrderedGradients): Promise<boolean> {
    return gradients.finish({ ownOnly: this.#ownOnly });
  }
}
