import { aten, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';

/** Added to a norm before division, as in Opacus. */
const LEAST = 1e-6;

/** The sum of per-row gradients, each clipped to a norm over all weights together. Stored in the weights' gradients. */
export class ClippedSum {
  readonly #trainables: readonly Trainable[];
  readonly #bound: number;
  rows = 0;
  /** Number of rows whose gradient exceeded the bound. */
  clipped = 0;
  /** Set to false by a non-finite gradient. */
  isFinite = true;

  constructor(trainables: readonly Trainable[], bound: number) {
    this.#trainables = trainables;
    this.#bound = bound;
  }

  /** Clipping factor for a gradient of this norm. */
  factorOf(norm: number): number {
    return Math.min(1, this.#bound / (norm + LEAST));
  }

  /** Records the norms, before clipping, of the rows that were added to the sum. */
  note(norms: readonly number[]): void {
    this.rows += norms.length;
    this.clipped += norms.filter((norm) => this.factorOf(norm) < 1).length;
    if (!norms.every(Number.isFinite)) this.isFinite = false;
  }

  /** Replaces the sum by the noisy mean: (sum + noise) / rows. @returns its norm */
  settle(noise: (trainable: Trainable) => Tensor, rows: number): number {
    return noGrad(() =>
      scope(() => {
        const means = this.#trainables.map((trainable) => {
          const sum = trainable.parameter.tensor.grad;
          const added = noise(trainable);
          return (sum === undefined ? added : sum.add(added)).div(rows);
        });
        for (const [i, { parameter }] of this.#trainables.entries()) parameter.tensor.grad = means[i];
        return aten.linalg_vector_norm.default(aten.stack.default(aten._foreach_norm.Scalar(means))).item();
      }),
    );
  }

  /** Discards the sum. */
  clear(): void {
    for (const { parameter } of this.#trainables) parameter.tensor.grad = undefined;
  }
}
