import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

/** Second moments by rows and columns (Shazeer and Stern, 2018): next to no memory. */
export const options = z.strictObject({
  beta1: z.number().min(0).lt(1).nullable().default(null).describe('decay of the mean step; none unless given'),
  decay_rate: z.number().negative().default(-0.8).describe('the second moment forgets 1 - step^decay_rate'),
  clip_threshold: z
    .number()
    .positive()
    .default(1)
    .describe('the largest root mean square of a step, in learning rates'),
  epsilon: z.number().positive().default(1e-30).describe('added to squared gradients'),
  scale_parameter: z.boolean().default(false).describe("steps are in parts of the weight's own root mean square"),
  least_scale: z.number().positive().default(1e-3).describe('the least that counts as, with scale_parameter'),
});

export type AdafactorOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./adafactor.ts') });
