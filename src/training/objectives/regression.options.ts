import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Predicts a number for each text, with a new head. */
export const options = z.strictObject({
  standardise: z
    .boolean()
    .default(true)
    .describe("standardise targets by the training rows' mean and standard deviation; both are saved with the result"),
});

export type RegressionOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./regression.ts'),
});
