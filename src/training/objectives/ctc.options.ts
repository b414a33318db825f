import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Letters heard in recordings, without saying when (Graves et al., 2006): for wav2vec2. */
export const options = z.strictObject({
  vocabulary: z
    .enum(['auto', 'base', 'data'])
    .default('auto')
    .describe(
      "letters that are written: the base model's, or those of the training rows; auto: its own if it has some",
    ),
  reduction: z
    .enum(['mean', 'sum'])
    .default('mean')
    .describe("loss of a step: the mean over rows of each row's loss by its letters, or the plain sum"),
});

export type CtcOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./ctc.ts'),
});
