// P processes
import type { Collectives, Pending } from '../../engine/group/index.ts';
import { cat, fromArray, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { BackwardOrder } from './backward-order.ts';
import { inWindow } from './in-window.ts';
import type { Bucket, WeightShares } from './weight-shares.ts';

/**
 * Sums gradients over the shares of a step, in their order, so that the result is bit-identical for any number of
 * processes. Each process sums the gradients of its own weights, which takes as much traffic as a ring all-reduce.
 * Buckets are sent during the backward pass.
 *
 * A part of a bucket has the gradients of its weights in one row, then for each weight whether it has one, and in the
 * last bucket whether a gradient changed after it was sent.
 */
export class OrderedGradients {
  readonly #shares: WeightShares;
  readonly #group: Collectives | undefined;
  readonly #order: BackwardOrder;
  /** Gradients from before these passes. */
  readonly #before: readonly (Tensor | undefined)[];
  /** Sums of this process's parts, by bucket. */
  readonly #sums: (Tensor | undefined)[];
  /** Exchanges of this round's buckets, in flight or arrived. */
  readonly #sent: (Pending | undefined)[] = [];
  /** This process's own parts of the sent buckets. */
  readonly #own: (Tensor | undefined)[] = [];
  /** Number of buckets whose parts have been added. */
  #taken = 0;
  #isLate = false;
  #isEmpty = true;

  constructor(shares: WeightShares, group: Collectives | undefined, order: BackwardOrder) {
    this.#shares = shares;
    this.#group = group;
    this.#order = order;
    this.#before = shares.weights.map(({ tensor }) => tensor.grad?.own());
    this.#sums = shares.buckets.map(() => undefined);
    this.#clear();
  }

  get #rank(): number {
    return this.#group?.rank ?? 0;
  }

  /**
   * For the last backward pass of a share: sends each bucket as soon as it is complete, and adds those that have
   * arrived. `count` as in `add`.
   */
  watch(count: number): ((stagesLeft: number) => void) | undefined {
    if (this.#group === undefined) return undefined;
    const { weights, buckets } = this.#shares;
    return this.#order.follow(weights, (left, completeAt) => {
      // The last bucket says whether all others were complete.
      const isComplete = (bucket: Bucket) => bucket.flat().every((place) => completeAt[place] >= left);
      while (this.#sent.length < buckets.length - 1 && isComplete(buckets[this.#sent.length])) this.#send(false);
      while (this.#taken < this.#sent.length) {
        using parts = this.#sent[this.#taken]?.ready();
        if (parts === undefined) break;
        this.#addParts(parts, count);
      }
    });
  }

  /** Adds the gradients of a round of shares: those of the first `count` processes. */
  async add(count: number): Promise<void> {
    const { buckets } = this.#shares;
    const isLate = buckets
      .slice(0, this.#sent.length)
      .some((bucket) => bucket.flat().some((place) => this.#hasGradient(place)));
    while (this.#sent.length < buckets.length) this.#send(isLate);
    while (this.#taken < buckets.length) {
      using parts = await this.#sent[this.#taken]?.result();
      this.#addParts(parts, count);
    }
    this.#sent.length = 0;
    this.#taken = 0;
    this.#isEmpty = false;
    this.#clear();
  }

  #hasGradient(place: number): boolean {
    return scope(() => this.#shares.weights[place].tensor.grad !== undefined);
  }

  #send(isLate: boolean): void {
    const i = this.#sent.length;
    const { buckets, weights } = this.#shares;
    const bucket = buckets[i];
    noGrad(() =>
      scope(() => {
        const parts = bucket.map((places) => this.#partOf(i, places, isLate));
        this.#own[i] = joined(parts[this.#rank]).own();
        this.#sent.push(this.#exchange(i, parts));
      }),
    );
    for (const place of bucket.flat()) weights[place].tensor.grad = undefined;
  }

  /** Sends the other processes' parts to them. */
  #exchange(i: number, parts: readonly (readonly Tensor[])[]): Pending | undefined {
    const group = this.#group;
    if (group === undefined) return undefined;
    const { buckets } = this.#shares;
    const sizes = buckets[i].map((places) => this.#partSize(i, places));
    const others = parts.filter((_, rank) => rank !== group.rank).flat();
    const sent = sizes.map((size, rank) => (rank === group.rank ? 0 : size));
    const received = sizes.map((_, rank) => (rank === group.rank ? 0 : sizes[group.rank]));
    return group.exchange(`gradients, bucket ${i + 1} of ${buckets.length}`, joined(others), { sent, received });
  }

  #partSize(bucket: number, places: readonly number[]): number {
    const numbers = places.reduce((sum, place) => sum + this.#shares.weights[place].size, 0);
    return numbers + places.length + (this.#isLast(bucket) ? 1 : 0);
  }

  #isLast(bucket: number): boolean {
    return bucket === this.#shares.buckets.length - 1;
  }

  #partOf(bucket: number, places: readonly number[], isLate: boolean): Tensor[] {
    const gradients = places.map((place) => this.#shares.weights[place].tensor.grad);
    const values = gradients.map(
      (gradient, i) => gradient?.reshape(-1).to('f32').toDevice('cpu') ?? zeros([this.#shares.weights[places[i]].size]),
    );
    const flags = gradients.map((gradient) => (gradient === undefined ? 0 : 1));
    if (this.#isLast(bucket)) flags.push(isLate ? 1 : 0);
    return flags.length === 0 ? values : [...values, fromArray(Float32Array.from(flags))];
  }

  /** Adds the parts of the next bucket; `others`: those from the other processes, by rank, [(P - 1) · part] */
  #addParts(others: Tensor | undefined, count: number): void {
    const bucket = this.#taken++;
    using own = this.#own[bucket]!;
    const { size } = own;
    if (size === 0) return;
    noGrad(() =>
      scope(() => {
        const parts = others === undefined ? 0 : others.size / size;
        const rows = Array.from({ length: parts }, (_, i) => others!.narrow(0, i * size, size));
        rows.splice(this.#rank, 0, own);
        if (this.#isLast(bucket)) this.#isLate ||= rows.some((row) => row.narrow(0, size - 1, 1).item() > 0);
        const sum = this.#sums[bucket];
        const added = sum === undefined ? rows.slice(0, count) : [sum, ...rows.slice(0, count)];
        this.#sums[bucket] = sumOf(added, sum).own();
      }),
    );
  }

  /**
   * Sets the summed gradients of all weights, or of this process's own. Returns false if some were sent before they
   * were complete; the earlier gradients are restored then, and the passes must be repeated.
   */
  async finish({ ownOnly }: { ownOnly: boolean }): Promise<boolean> {
    if (this.#isLate || this.#isEmpty) this.#restore();
    else if (ownOnly) noGrad(() => scope(() => this.#sums.forEach((_, i) => this.#setOwn(i))));
    else await this.#spread();
    for (const tensor of [...this.#sums, ...this.#before]) tensor?.dispose();
    this.#order.isOff ||= this.#isLate;
    return !this.#isLate;
  }

  #restore(): void {
    for (const [i, { tensor }] of this.#shares.weights.entries()) tensor.grad = this.#before[i];
  }

  /** Sends this process's sums to all others, and sets those received. */
  async #spread(): Promise<void> {
    const { buckets } = this.#shares;
    const group = this.#group;
    await inWindow(buckets.length, {
      begin: (i) => group && this.#sendSum(group, i),
      end: (i, row) => {
        let start = 0;
        for (const [rank, places] of buckets[i].entries()) {
          if (rank === this.#rank) this.#setOwn(i);
          else {
            this.#setPart(places, row!, start);
            start += this.#partSize(i, places);
          }
        }
        row?.dispose();
      },
    });
  }

  /** Sends this process's sum to all others. */
  #sendSum(group: Collectives, i: number): Pending {
    const { buckets } = this.#shares;
    const isOther = (_: unknown, rank: number) => rank !== group.rank;
    const own = this.#sums[i] ?? zeros([0]);
    const received = buckets[i].map((places, rank) => (isOther(0, rank) ? this.#partSize(i, places) : 0));
    const sent = received.map((_, rank) => (isOther(0, rank) ? own.size : 0));
    const name = `summed gradients, bucket ${i + 1} of ${buckets.length}`;
    return group.exchange(name, joined(sent.filter(isOther).map(() => own)), { sent, received });
  }

  #setOwn(i: number): void {
    const sum = this.#sums[i];
    if (sum !== undefined) this.#setPart(this.#shares.buckets[i][this.#rank], sum, 0);
  }

  #setPart(places: readonly number[], row: Tensor, start: number): void {
    const { weights } = this.#shares;
    const sizes = places.map((place) => weights[place].size);
    const flags = row.narrow(0, start + sizes.reduce((sum, size) => sum + size, 0), places.length).toNumbers();
    let at = start;
    for (const [i, place] of places.entries()) {
      const { tensor, shape } = weights[place];
      const own = row.narrow(0, at, sizes[i]).reshape(...shape);
      const before = this.#before[place];
      const isReached = flags[i] > 0;
      const summed = isReached ? own.to(tensor.dtype).toDevice(tensor.device) : undefined;
      tensor.grad = summed === undefined || before === undefined ? (summed ?? before) : before.add(summed);
      at += sizes[i];
    }
  }

  #clear(): void {
    for (const { tensor } of this.#shares.weights) tensor.grad = undefined;
  }
}

function joined(parts: readonly Tensor[]): Tensor {
  return parts.length === 0 ? zeros([0]) : cat(parts, 0);
}

/** Adds tensors in their order, in place in `into`, which is the first one, if given. */
function sumOf([first, ...others]: readonly Tensor[], into: Tensor | undefined): Tensor {
  const [second, ...further] = others;
  const sum = into ?? (second === undefined ? first.clone() : first.add(second));
  for (const other of into === undefined ? further : others) sum.add_(other);
  return sum;
}
