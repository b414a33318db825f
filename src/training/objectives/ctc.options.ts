import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Predicts transcripts letter by letter without alignment (Graves et al., 2006): for wav2vec2. */
export const options = z.strictObject({
  vocabulary: z
    .enum(['auto', 'base', 'data'])
    .default('auto')
    .describe(
      "characters to output: those of the base model or of the training rows; auto: the base model's if it has any",
    ),
  reduction: z
    .enum(['mean', 'sum'])
    .default('mean')
    .describe("loss of a step: mean of each row's loss per character, or plain sum"),
});

export type CtcOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./ctc.ts'),
});
