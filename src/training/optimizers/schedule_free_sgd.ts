import { z } from 'zod';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { AveragedSteps } from './averaged-steps.ts';
import { averagingOptions, nearness } from './averaging-options.ts';
import type { Move } from './first-order.ts';

/**
 * SGD that averages weights instead of using momentum and decaying the rate (Defazio et al., 2024): 4 bytes per weight;
 * a learning rate of 1 is typical.
 */
export const options = z.strictObject({ momentum: nearness, ...averagingOptions });

export type ScheduleFreeSgdOptions = z.output<typeof options>;

/** Equivalent to schedulefree's SGDScheduleFree. */
class ScheduleFreeSgd extends AveragedSteps<never> {
  constructor(trainables: readonly Trainable[], options: ScheduleFreeSgdOptions) {
    super(trainables, () => ({}), { ...options, nearness: options.momentum });
  }

  protected override direction({ gradient }: Move): Tensor {
    return gradient;
  }
}

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant', learning_rate: 1 } },
  isOverAll: true,
  create: (trainables, options) => new ScheduleFreeSgd(trainables, options),
});
