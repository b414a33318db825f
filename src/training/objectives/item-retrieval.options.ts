import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { textEncoderRate } from './text-encoder.options.ts';

/** Predicts each item from those before it, among the targets of all rows of the step. */
export const options = z.strictObject({
  log_q: z.boolean().default(true).describe('correct for the popularity of items (Yi et al., 2019)'),
  text_encoder_rate: textEncoderRate,
});

export type ItemRetrievalOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  // Every additional row adds negatives for the others.
  recipeDefaults: { training: { learning_rate: 1e-2, batch_size: 128 } },
  run: () => import('./item-retrieval.ts'),
});
