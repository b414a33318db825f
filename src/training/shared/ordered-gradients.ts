// P processes
import type { Collectives, Pending } from '../../engine/group/index.ts';
import { cat, fromArray, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { BackwardOrder } from './backward-order.ts';
import { inWindow } from './in-window.ts';
import type { Bucket, WeightShares } from './weight-shares.ts';

/**
 * Sums gradients over the shares of a step, in their order, so that the result is the same, bit for bit, however many
 * processes there are. Each process sums its own weights: the traffic of a ring. Buckets are sent during backward.
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
  /** Sum of this process's part of each bucket. */
  readonly #sums: (Tensor | undefined)[];
  /** Buckets of this round that are on their way. */
  readonly #sent: Pending[] = [];
  /** Those that have arrived, from the first. */
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
   * For the last backward pass of a share: sends each bucket as soon as it is complete, and takes those that have
   * arrived. `count` is that of `add`.
   */
  watch(count: number): ((stagesLeft: number) => void) | undefined {
    if (this.#group === undefined) return undefined;
    const { weights, buckets } = this.#shares;
    return this.#order.follow(weights, (left, completeAt) => {
      // The last bucket says whether all others were complete.
      const isComplete = (bucket: Bucket) => bucket.flat().every((place) => completeAt[place] >= left);
      while (this.#sent.length < buckets.length - 1 && isComplete(buckets[this.#sent.length])) this.#send(false);
      while (this.#taken < this.#sent.length) {
        using parts = this.#sent[this.#taken].ready();
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
      using parts = await this.#sent[this.#taken].result();
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
    const sizes = bucket.map((places) => this.#partSize(i, places));
    noGrad(() =>
      scope(() => {
        const row = cat(
          bucket.flatMap((places) => this.#partOf(i, places, isLate)),
          0,
        );
        this.#sent.push(this.#exchange(`gradients, bucket ${i + 1} of ${buckets.length}`, row, sizes));
      }),
    );
    for (const place of bucket.flat()) weights[place].tensor.grad = undefined;
  }

  #exchange(name: string, row: Tensor, sent: readonly number[]): Pending {
    const group = this.#group;
    if (group !== undefined) return group.exchange(name, row, { sent, received: sent.map(() => sent[group.rank]) });
    const own = row.own();
    return { ready: () => own, result: () => Promise.resolve(own) };
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

  /** Adds the parts of the next bucket: [P · part] */
  #addParts(parts: Tensor, count: number): void {
    const bucket = this.#taken++;
    const size = this.#partSize(bucket, this.#shares.buckets[bucket][this.#rank]);
    if (size === 0) return;
    noGrad(() =>
      scope(() => {
        const rows = parts.reshape(-1, size); // [P, part]
        if (
          this.#isLast(bucket) &&
          rows
            .select(1, size - 1)
            .sum()
            .item() > 0
        )
          this.#isLate = true;
        for (let rank = 0; rank < count; rank++) {
          const part = rows.select(0, rank);
          const sum = this.#sums[bucket];
          if (sum === undefined) this.#sums[bucket] = part.clone().own();
          else sum.add_(part);
        }
      }),
    );
  }

  /**
   * Sets the summed gradients of all weights, or of this process's own. False if some were sent before they were
   * complete: then there are those from before, and the passes must be repeated.
   */
  async finish({ ownOnly }: { ownOnly: boolean }): Promise<boolean> {
    if (this.#isLate || this.#isEmpty) this.#restore();
    else if (ownOnly) this.#setAll(this.#sums, [this.#rank]);
    else await this.#spread();
    for (const tensor of [...this.#sums, ...this.#before]) tensor?.dispose();
    this.#order.isOff ||= this.#isLate;
    return !this.#isLate;
  }

  #restore(): void {
    for (const [i, { tensor }] of this.#shares.weights.entries()) tensor.grad = this.#before[i];
  }

  /** Sends this process's sums to all. */
  async #spread(): Promise<void> {
    const { buckets } = this.#shares;
    const group = this.#group;
    if (group === undefined) return this.#setAll(this.#sums, [0]);
    const ranks = Array.from({ length: group.size }, (_, rank) => rank);
    const rows: Tensor[] = [];
    await inWindow(buckets.length, {
      begin: (i) => this.#sendSum(group, i),
      end: (_, row) => void rows.push(row),
    });
    this.#setAll(rows, ranks);
    for (const row of rows) row.dispose();
  }

  #sendSum(group: Collectives, i: number): Pending {
    const { buckets } = this.#shares;
    const received = buckets[i].map((places) => this.#partSize(i, places));
    const own = this.#sums[i] ?? zeros([0]);
    const row = cat(
      received.map(() => own),
      0,
    );
    const name = `summed gradients, bucket ${i + 1} of ${buckets.length}`;
    return group.exchange(name, row, { sent: received.map(() => own.size), received });
  }

  /** Takes the gradients of some processes' weights from rows of their parts. */
  #setAll(rows: readonly (Tensor | undefined)[], ranks: readonly number[]): void {
    noGrad(() =>
      scope(() => {
        for (const [i, row] of rows.entries()) {
          let start = 0;
          for (const rank of ranks) {
            if (row !== undefined) this.#setPart(this.#shares.buckets[i][rank], row, start);
            start += this.#partSize(i, this.#shares.buckets[i][rank]);
          }
        }
      }),
    );
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
