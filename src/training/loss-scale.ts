import type { Trainable } from '../methods/interfaces.ts';
import { noGrad, scope } from '../engine/tensor/index.ts';
import { gradientNorm } from './gradient-norm.ts';

/** State in checkpoints. */
export interface LossScaleState {
  scale: number;
  /** Steps without overflow since the scale last changed. */
  good: number;
}

const START = 2 ** 16;
const GROWTH = 2;
const BACKOFF = 0.5;
const INTERVAL = 2000;

/**
 * Dynamic loss scaling (Micikevicius et al. 2018), with the numbers of torch.amp.GradScaler: small gradients would
 * underflow in f16, so the loss is scaled up. A step whose gradients overflow is skipped and halves the scale; many
 * steps without overflow double it.
 */
export class LossScale {
  state: LossScaleState = { scale: START, good: 0 };
  readonly #trainables: readonly Trainable[];
  readonly #interval: number;

  constructor(trainables: readonly Trainable[], interval = INTERVAL) {
    this.#trainables = trainables;
    this.#interval = interval;
  }

  /** Divides the gradients by the scale; returns whether all are finite. */
  unscale(): boolean {
    return noGrad(() =>
      scope(() => {
        const gradients = this.#trainables.flatMap(({ parameter }) => parameter.tensor.grad ?? []);
        // The scale is a power of two, so gradients stay exact.
        for (const gradient of gradients) gradient.mul_(1 / this.state.scale);
        return Number.isFinite(gradientNorm(gradients));
      }),
    );
  }

  /** Clears the gradients of a skipped step. */
  skip(): void {
    for (const { parameter } of this.#trainables) parameter.tensor.grad = undefined;
  }

  /** Adapts the scale after a step. */
  update(isFinite: boolean): void {
    const { scale, good } = this.state;
    if (!isFinite) this.state = { scale: scale * BACKOFF, good: 0 };
    else if (good + 1 < this.#interval) this.state = { scale, good: good + 1 };
    else this.state = { scale: Number.isFinite(Math.fround(scale * GROWTH)) ? scale * GROWTH : scale, good: 0 };
  }
}
