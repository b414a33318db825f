import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

const beta = z.number().min(0).lt(1);

/** AdamW that finds its own step size (Mishchenko and Defazio, 2023): the learning rate is a factor, and 1 suits. */
export const options = z.strictObject({
  beta1: beta.default(0.9).describe('decay of the mean gradient'),
  beta2: beta.default(0.999).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment, times the step size'),
  d0: z.number().positive().default(1e-6).describe('first estimate of the step size'),
  d_coef: z.number().positive().default(1).describe('factor of the estimate; below 1 for smaller steps'),
  growth_rate: z
    .number()
    .gt(1)
    .nullable()
    .default(null)
    .describe('most that the estimate may grow by in a step; no bound unless given'),
  safeguard_warmup: z.boolean().default(true).describe('the warm-up does not count against the estimate'),
});

export type ProdigyOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { learning_rate: 1 } },
  run: () => import('./prodigy.ts'),
});
