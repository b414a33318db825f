// W weights
import type { Collectives, Pending } from '../../engine/group/index.ts';
import { aten, cat, empty, fromArray, noGrad, scope, span, type Tensor } from '../../engine/tensor/index.ts';
import type { Driven, StepOptions, StepPasses, Trainable, Update } from '../../methods/interfaces.ts';
import { inWindow } from './in-window.ts';
import { WeightShares } from './weight-shares.ts';

/**
 * An update whose state is divided among the processes (ZeRO stage 1): each moves its own weights and sends them to all
 * others. The result is bit-identical to that of one process.
 */
export class ShardedUpdate implements Update {
  readonly isSharded = true;
  readonly #group: Collectives;
  readonly #trainables: readonly Trainable[];
  readonly #shares: WeightShares;
  readonly #inner: Update;

  /** `create`: creates the update of this process's weights. */
  static async of(
    group: Collectives,
    trainables: readonly Trainable[],
    create: (own: readonly Trainable[]) => Promise<Update>,
  ): Promise<ShardedUpdate> {
    const shares = new WeightShares(
      trainables.map(({ parameter }) => parameter),
      group.size,
    );
    const own = shares.ownedBy(group.rank).map((place) => trainables[place]);
    return new ShardedUpdate(group, trainables, shares, await create(own));
  }

  private constructor(group: Collectives, trainables: readonly Trainable[], shares: WeightShares, inner: Update) {
    this.#group = group;
    this.#trainables = trainables;
    this.#shares = shares;
    this.#inner = inner;
  }

  async drive(passes: StepPasses, options: StepOptions): Promise<Driven> {
    const perRow = await passes.gradients();
    // The step reports non-finite losses; the weights stay unchanged.
    if (!perRow.every(Number.isFinite)) return { perRow, gradNorm: 0 };
    const gradNorm = await this.#clip(options);
    span('update', () => this.#inner.step({ ...options, maxGradNorm: 0 }));
    await this.#spread();
    return { perRow, gradNorm };
  }

  /** Clips by the norm of all weights; returns it. */
  async #clip({ step, maxGradNorm }: StepOptions): Promise<number> {
    const moving = this.#trainables.map(({ parameter, startsAt = 0 }) =>
      step < startsAt ? undefined : parameter.tensor.grad?.own(),
    );
    const present = moving.filter((gradient) => gradient !== undefined);
    try {
      const norm = await this.#norm(moving);
      if (maxGradNorm > 0 && norm > maxGradNorm && present.length > 0)
        noGrad(() => scope(() => void aten._foreach_mul_.Scalar(present, maxGradNorm / (norm + 1e-6))));
      return norm;
    } finally {
      for (const gradient of present) gradient.dispose();
    }
  }

  /** Norm of the norms of all gradients, in the order of the weights, exactly as one process computes it. */
  async #norm(own: readonly (Tensor | undefined)[]): Promise<number> {
    const norms = new Float32Array(own.length).fill(-1);
    noGrad(() =>
      scope(() => {
        const places = [...own.keys()].filter((place) => own[place] !== undefined);
        const found = places.length === 0 ? [] : aten._foreach_norm.Scalar(places.map((place) => own[place]!));
        for (const [i, place] of places.entries()) norms[place] = found[i].item();
      }),
    );
    using mine = fromArray(norms).own();
    using all = await this.#group.gather('norms of gradients', mine); // [P, W]
    return noGrad(() =>
      scope(() => {
        const [largest] = aten.max.dim(all, 0);
        const known = [...largest.toNumbers()].filter((norm) => !(norm < 0));
        return known.length === 0 ? 0 : aten.linalg_vector_norm.default(fromArray(Float32Array.from(known))).item();
      }),
    );
  }

  /** Sends the weights that this process has moved to all others, and copies theirs. */
  async #spread(): Promise<void> {
    await inWindow(this.#shares.buckets.length, {
      begin: (i) => this.#sendWeights(i),
      end: (i, row) => {
        this.#take(i, row!);
        row!.dispose();
      },
    });
  }

  #sendWeights(i: number): Pending {
    const { buckets, weights } = this.#shares;
    const { rank } = this.#group;
    const sizes = buckets[i].map((places) => places.reduce((sum, place) => sum + weights[place].size, 0));
    const received = sizes.with(rank, 0);
    const sent = sizes.map((_, other) => (other === rank ? 0 : sizes[rank]));
    const own = buckets[i][rank].map((place) => weights[place].tensor.detach().reshape(-1).to('f32').toDevice('cpu'));
    const parts = sent.filter((_, other) => other !== rank).flatMap(() => own);
    const row = parts.length === 0 ? empty([0]) : cat(parts, 0);
    return this.#group.exchange(`weights, bucket ${i + 1} of ${buckets.length}`, row, { sent, received });
  }

  #take(i: number, row: Tensor): void {
    const { buckets, weights } = this.#shares;
    const others = buckets[i].filter((_, rank) => rank !== this.#group.rank).flat();
    let at = 0;
    for (const { tensor, shape, size } of others.map((place) => weights[place])) {
      tensor.copy_(row.narrow(0, at, size).reshape(...shape));
      at += size;
    }
  }

  step(): number {
    throw new Error('processes that share an update exchange weights in each step');
  }

  /** The state of this process's own weights. */
  state(): Map<string, Tensor> {
    return this.#inner.state();
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    this.#inner.load(state);
  }

  dispose(): void {
    this.#inner.dispose?.();
  }
}
