import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions } from './adam-options.ts';
import { averagingOptions, nearness } from './averaging-options.ts';

/** Schedule-free steps that rise by themselves (Defazio et al., 2024; Liu et al., 2020): no warm-up, no falling rate. */
export const options = z.strictObject({
  ...adamOptions,
  beta1: nearness,
  silent_sgd_phase: z
    .boolean()
    .default(true)
    .describe('no step while the second moment cannot be relied on; else plain gradient descent'),
  ...averagingOptions,
});

export type ScheduleFreeRadamOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant', warmup_ratio: 0 } },
  run: () => import('./schedule_free_radam.ts'),
});
