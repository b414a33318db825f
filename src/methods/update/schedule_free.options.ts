import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions } from './adam-options.ts';
import { averagingOptions, nearness } from './averaging-options.ts';

/** AdamW whose weights are averaged in place of a falling rate (Defazio et al., 2024): the average is what is scored and kept. */
export const options = z.strictObject({
  ...adamOptions,
  beta1: nearness,
  inner_momentum: z.number().min(0).lt(1).default(0).describe('decay of an additional mean gradient; 0: none'),
  ...averagingOptions,
});

export type ScheduleFreeOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant' } },
  run: () => import('./schedule_free.ts'),
});
