import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';

/** AdamW that finds its own step size (Mishchenko and Defazio, 2023): the learning rate is a factor, and 1 suits. */
export const options = z.strictObject({
  ...adamOptions,
  beta3: z
    .number()
    .min(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe("decay of the estimate's sums; the root of beta2 unless given"),
  epsilon: adamOptions.epsilon.describe('added to the root of the second moment, times the step size'),
  d0: z.number().positive().default(1e-6).describe('first estimate of the step size'),
  d_coef: z.number().positive().default(1).describe('factor of the estimate; below 1 for smaller steps'),
  growth_rate: z
    .number()
    .gt(1)
    .nullable()
    .default(null)
    .describe('most that the estimate may grow by in a step; no bound unless given'),
  use_bias_correction: z.boolean().default(false).describe("Adam's correction of the first steps"),
  decoupled_weight_decay: decoupledWeightDecay(true),
  safeguard_warmup: z.boolean().default(true).describe('the warm-up does not count against the estimate'),
});

type Written = z.output<typeof options>;

export type ProdigyOptions = Written & { beta3: number };

export const method = defineUpdate({
  options,
  complete: (given): ProdigyOptions => ({ ...given, beta3: given.beta3 ?? Math.sqrt(given.beta2) }),
  recipeDefaults: { training: { learning_rate: 1 } },
  run: () => import('./prodigy.ts'),
});
