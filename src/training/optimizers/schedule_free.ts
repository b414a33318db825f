import { z } from 'zod';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { adamOptions } from './adam-options.ts';
import { AveragedSteps } from './averaged-steps.ts';
import { averagingOptions, nearness } from './averaging-options.ts';
import { rootMeanSquare, type Move } from './first-order.ts';

/** AdamW that averages weights instead of decaying the rate (Defazio et al., 2024); the average is evaluated and saved. */
export const options = z.strictObject({
  ...adamOptions,
  beta1: nearness,
  inner_momentum: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('momentum: decay of an additional mean gradient; 0: none'),
  ...averagingOptions,
});

export type ScheduleFreeOptions = z.output<typeof options>;

type Slot = 'exp_avg_sq' | 'exp_avg';

/** Equivalent to schedulefree's AdamWScheduleFree. */
class ScheduleFree extends AveragedSteps<Slot> {
  readonly #options: ScheduleFreeOptions;

  constructor(trainables: readonly Trainable[], options: ScheduleFreeOptions) {
    const shapes = ({ shape }: Tensor) => ({ exp_avg_sq: shape, exp_avg: options.inner_momentum > 0 ? shape : [0] });
    super(trainables, shapes, { ...options, nearness: options.beta1 });
    this.#options = options;
  }

  protected override direction(move: Move, { exp_avg_sq: square, exp_avg: mean }: Record<Slot, Tensor>): Tensor {
    const { inner_momentum: momentum } = this.#options;
    const { gradient, count } = move;
    const root = rootMeanSquare(square, move, this.#options);
    if (momentum === 0) return gradient.div(root);
    aten.mul_.Scalar(mean, momentum).add_(gradient, { alpha: 1 - momentum });
    return mean.div(1 - momentum ** (count + 1)).div(root);
  }
}

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant' } },
  isOverAll: true,
  create: (trainables, options) => new ScheduleFree(trainables, options),
});
