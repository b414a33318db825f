import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { checkWeights, rolloutOptions } from './grpo.options.ts';

/** Answers that are sampled and scored, each compared with the mean of the others. */
export const options = z
  .strictObject({
    ...rolloutOptions,
    beta: z.number().min(0).default(0.05).describe('weight of the KL divergence from the reference, in the reward'),
    normalize_advantages: z
      .boolean()
      .default(false)
      .describe('normalise advantages by their mean and standard deviation over all answers of a step'),
  })
  .check(checkWeights);

export type RlooOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./rloo.ts'),
});
