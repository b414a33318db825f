import { z } from 'zod';
import { rhythm } from './recipe-evaluation.ts';

/** The recipe's `checkpoints`. */
export const checkpointsSchema = z.strictObject({
  every: rhythm.default('epoch').meta({ description: 'how often to save', shown: 'epoch|never|STEPS' }),
  keep: z.int().positive().default(2).describe('number of newest checkpoints to keep; the best one is always kept'),
  best: z.boolean().default(true).describe('the result is the checkpoint with the lowest validation loss'),
});

/** The checkpoint that a run continues from, with expected hashes. */
export const continuedSchema = z.strictObject({
  checkpoint: z.string().min(1),
  hashes: z.record(z.string(), z.string()).describe('SHA-256 of its weights and moments'),
  data: z.record(z.string(), z.string()).describe('content hash of each split that it was trained with'),
});
