import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { averagingOptions, nearness } from './averaging-options.ts';

/**
 * Gradient descent whose weights are averaged in place of momentum and a falling rate (Defazio et al., 2024): 4 bytes a
 * weight; a learning rate of 1 suits.
 */
export const options = z.strictObject({ momentum: nearness, ...averagingOptions });

export type ScheduleFreeSgdOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { scheduler: 'constant', learning_rate: 1 } },
  run: () => import('./schedule_free_sgd.ts'),
});
