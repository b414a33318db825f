import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { textEncoderRate } from './text-encoder.options.ts';

/** Ranks each item of a row above random items that the row lacks. */
export const options = z.strictObject({
  negatives: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe('negative items drawn per item of a row, new ones at each step'),
  text_encoder_rate: textEncoderRate,
});

export type BprOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  // Only steps with rows of a user move that user's vector, so steps must be large and many.
  recipeDefaults: { training: { learning_rate: 1e-2, batch_size: 256, epochs: 30 } },
  run: () => import('./bpr.ts'),
});
