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
  scale_parameter: z
    .boolean()
    .nullable()
    .default(null)
    .describe("steps are in parts of the weight's own root mean square; with relative_step unless given"),
  least_scale: z.number().positive().default(1e-3).describe('the least that counts as, with scale_parameter'),
  relative_step: z
    .boolean()
    .default(false)
    .describe(
      'steps of 0.01, falling with 1/sqrt(step) from the 10,000th on; the learning rate is a factor, and 1 suits',
    ),
  warmup_init: z.boolean().default(false).describe('with relative_step: steps rise from 1e-6 by as much each'),
});

type Written = z.output<typeof options>;

export type AdafactorOptions = Written & { scale_parameter: boolean };

const ofRelativeSteps = { training: { learning_rate: 1, scheduler: 'constant', warmup_ratio: 0 } };

export const method = defineUpdate({
  options: options.refine(({ relative_step, warmup_init }) => relative_step || !warmup_init, {
    path: ['warmup_init'],
    error: 'needs relative_step',
  }),
  complete: (given): AdafactorOptions => ({ ...given, scale_parameter: given.scale_parameter ?? given.relative_step }),
  recipeDefaults: ({ relative_step }) => (relative_step ? ofRelativeSteps : {}),
  run: () => import('./adafactor.ts'),
});
