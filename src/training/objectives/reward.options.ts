import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Trains a model to score answers, on pairs. */
export const options = z.strictObject({
  center_rewards_coefficient: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('keeps the scores of a pair centred at zero; 0.01 is usual (default: off)'),
});

export type RewardOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./reward.ts'),
});
