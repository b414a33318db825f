import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Finds the start and end of an answer in a text, with a new head. */
export const options = z.strictObject({
  stride: z
    .number()
    .int()
    .min(0)
    .default(128)
    .describe('tokens shared by consecutive windows of a long text; at most half a window'),
  longest_answer: z.number().int().min(1).default(30).describe('maximum tokens of an answer'),
  null_answers: z
    .boolean()
    .nullable()
    .default(null)
    .describe('whether a text may have no answer (default: true if a training row has none)'),
  null_score_diff_threshold: z
    .union([z.literal('auto'), z.number()], { error: 'expected auto or a number' })
    .default('auto')
    .describe('how much better than an answer "no answer" has to score; auto: tuned on validation rows'),
});

export type QuestionAnsweringOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./question-answering.ts'),
});
