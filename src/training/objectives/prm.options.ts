import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Trains a model to judge each step of an answer, on steps with verdicts. */
export const options = z.strictObject({
  step_separator: z
    .string()
    .min(1)
    .default('\n')
    .describe('separator after each step, at which the step is judged; saved with the result'),
  max_completion_length: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('maximum tokens of an answer; longer ones are handled as data.long_rows says'),
  train_on_last_step_only: z.boolean().default(false).describe('train only on the last verdict of each row'),
});

export type PrmOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./prm.ts'),
});
