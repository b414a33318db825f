import { aten, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { gradientNorm } from './first-order.ts';

/** Added to a norm before division, as in Opacus. */
const LEAST = 1e-6;

/** Sum of per-row gradients, each clipped to a norm over all weights together. */
export class ClippedSum {
  readonly #trainables: readonly Trainable[];
  readonly #bound: number;
  readonly #sums: Tensor[];
  rows = 0;
  /** Number of rows whose gradient exceeded the bound. */
  clipped = 0;
  /** Set to false by a non-finite gradient, whose row is left out. */
  isFinite = true;

  constructor(trainables: readonly Trainable[], bound: number) {
    this.#trainables = trainables;
    this.#bound = bound;
    this.#sums = trainables.map(({ parameter: { shape, tensor } }) => zeros(shape, { device: tensor.device }).own());
  }

  /** Adds the weights' current gradients as one row's. @returns their norm */
  add(): number {
    return noGrad(() => scope(() => this.#add()));
  }

  #add(): number {
    const gradients = this.#trainables.map(({ parameter }) => parameter.tensor.grad);
    const norm = gradientNorm(gradients.filter((gradient) => gradient !== undefined));
    const factor = this.factorOf(norm);
    this.rows++;
    if (!Number.isFinite(norm)) this.isFinite = false;
    else
      for (const [i, gradient] of gradients.entries())
        if (gradient !== undefined) this.#sums[i].add_(gradient, { alpha: factor });
    if (factor < 1) this.clipped++;
    for (const { parameter } of this.#trainables) parameter.tensor.grad = undefined;
    return norm;
  }

  /** Clipping factor for a gradient of this norm. */
  factorOf(norm: number): number {
    return Math.min(1, this.#bound / (norm + LEAST));
  }

  /** Adds the weights' current gradients as the sum of clipped per-row gradients; `norms` before clipping. */
  addCut(norms: readonly number[]): void {
    this.rows += norms.length;
    this.clipped += norms.filter((norm) => this.factorOf(norm) < 1).length;
    if (!norms.every(Number.isFinite)) this.isFinite = false;
    noGrad(() => scope(() => this.#addWhole()));
  }

  #addWhole(): void {
    for (const [i, { parameter }] of this.#trainables.entries()) {
      const gradient = parameter.tensor.grad;
      if (gradient !== undefined && this.isFinite) this.#sums[i].add_(gradient);
      parameter.tensor.grad = undefined;
    }
  }

  /** Sets the weights' gradients to the noisy mean: (sum + noise) / rows. @returns its norm */
  settle(noise: (trainable: Trainable) => Tensor, rows: number): number {
    return noGrad(() =>
      scope(() => {
        const means = this.#trainables.map((trainable, i) => this.#sums[i].add(noise(trainable)).div(rows));
        for (const [i, { parameter }] of this.#trainables.entries()) parameter.tensor.grad = means[i];
        return aten.linalg_vector_norm.default(aten.stack.default(aten._foreach_norm.Scalar(means))).item();
      }),
    );
  }

  [Symbol.dispose](): void {
    for (const sum of this.#sums) sum.dispose();
  }
}
