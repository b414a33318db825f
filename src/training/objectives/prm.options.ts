import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** A model that judges each step of an answer, from steps with verdicts. */
export const options = z.strictObject({
  step_separator: z
    .string()
    .min(1)
    .default('\n')
    .describe('stands behind each step, where the step is judged; it is kept with the result'),
  max_completion_length: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('longest answer, in tokens; data.long_rows says what becomes of longer ones'),
  train_on_last_step_only: z.boolean().default(false).describe('learn of the last verdict of each row alone'),
});

export type PrmOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./prm.ts'),
});
