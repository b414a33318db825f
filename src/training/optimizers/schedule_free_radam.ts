import { z } from 'zod';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { adamOptions } from './adam-options.ts';
import { AveragedSteps } from './averaged-steps.ts';
import { averagingOptions, nearness } from './averaging-options.ts';
import { rootMeanSquare, type Move } from './first-order.ts';
import { rectification } from './rectification.ts';

/** Schedule-free steps with RAdam's built-in warm-up (Defazio et al., 2024; Liu et al., 2020): needs neither warm-up nor decay. */
export const options = z.strictObject({
  ...adamOptions,
  beta1: nearness,
  silent_sgd_phase: z
    .boolean()
    .default(true)
    .describe(
      'skip steps while the variance of the second moment is too high; false: take plain gradient steps instead',
    ),
  ...averagingOptions,
});

export type ScheduleFreeRadamOptions = z.output<typeof options>;

/** Length of the average from which schedulefree's steps are adaptive. */
const LEAST_LENGTH = 4;

/** Equivalent to schedulefree's RAdamScheduleFree. */
class ScheduleFreeRadam extends AveragedSteps<'exp_avg_sq'> {
  readonly #options: ScheduleFreeRadamOptions;

  constructor(trainables: readonly Trainable[], options: ScheduleFreeRadamOptions) {
    super(trainables, ({ shape }) => ({ exp_avg_sq: shape }), { ...options, nearness: options.beta1 });
    this.#options = options;
  }

  protected override rateAt(step: number): number {
    const { length, factor } = rectification(step, this.#options.beta2);
    if (length > LEAST_LENGTH) return factor;
    return this.#options.silent_sgd_phase ? 0 : 1;
  }

  protected override direction(move: Move, { exp_avg_sq: square }: { exp_avg_sq: Tensor }): Tensor {
    const root = rootMeanSquare(square, move, this.#options);
    const { length } = rectification(move.count + 1, this.#options.beta2);
    return length > LEAST_LENGTH ? move.gradient.div(root) : move.gradient;
  }
}

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant', warmup_ratio: 0 } },
  isOverAll: true,
  create: (trainables, options) => new ScheduleFreeRadam(trainables, options),
});
