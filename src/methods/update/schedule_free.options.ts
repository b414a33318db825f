import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

/** AdamW whose weights are averaged in place of a falling rate (Defazio et al., 2024): the average is what is scored and kept. */
export const options = z.strictObject({
  beta1: z.number().gt(0).lt(1).default(0.9).describe('how near gradients are taken to the average'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
  r: z.number().min(0).default(0).describe('later steps count as step^r in the average'),
  weight_lr_power: z.number().min(0).default(2).describe('steps count as the largest rate so far to this power'),
});

export type ScheduleFreeOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant' } },
  run: () => import('./schedule_free.ts'),
});
