import { aten, noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { gradientNorm } from './first-order.ts';

/** Added to a norm before it divides, as Opacus does. */
const LEAST = 1e-6;

/** Gradients of single rows, each cut to a norm over all weights together, and their sum. */
export class ClippedSum {
  readonly #trainables: readonly Trainable[];
  readonly #bound: number;
  readonly #sums: Tensor[];
  rows = 0;
  /** Rows whose gradient was longer than the bound. */
  clipped = 0;
  /** False as soon as a gradient was not finite; that row is left out. */
  isFinite = true;

  constructor(trainables: readonly Trainable[], bound: number) {
    this.#trainables = trainables;
    this.#bound = bound;
    this.#sums = trainables.map(({ parameter: { shape, tensor } }) => zeros(shape, { device: tensor.device }).own());
  }

  /** Takes the gradients that the weights hold. @returns their norm */
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

  /** Factor of a row's gradient, from its norm. */
  factorOf(norm: number): number {
    return Math.min(1, this.#bound / (norm + LEAST));
  }

  /** Takes the sum of rows' gradients that the weights hold, each cut already; `norms` before that. */
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

  /** Makes the noisy mean the weights' gradient: (sum + noise) / rows. @returns its norm */
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
