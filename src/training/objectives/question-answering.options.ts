import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** A new head finds where the answer to a question starts and ends in a text. */
export const options = z.strictObject({
  stride: z
    .number()
    .int()
    .min(0)
    .default(128)
    .describe('tokens that a window of a long text shares with the one before, at most half of what it holds'),
  longest_answer: z.number().int().min(1).default(30).describe('tokens of an answer, at most'),
  null_answers: z
    .boolean()
    .nullable()
    .default(null)
    .describe('whether a text may have no answer; true where a training row has none, unless given'),
  null_score_diff_threshold: z
    .union([z.literal('auto'), z.number()], { error: 'expected auto or a number' })
    .default('auto')
    .describe('by how much "no answer" has to score better than an answer; auto: found on validation rows'),
});

export type QuestionAnsweringOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./question-answering.ts'),
});
