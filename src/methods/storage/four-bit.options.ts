import { z } from 'zod';
import type { RecipeDefaults } from '../../train/method.ts';

/** Options of weights in 4 bits. */
export const options = z.strictObject({
  double_quantization: z.boolean().default(true).describe('scales are quantised too, to 8 bits'),
  block_size: z
    .literal([32, 64, 128, 256, 512], { error: 'expected 32, 64, 128, 256 or 512' })
    .default(64)
    .describe('values that share a scale'),
});

export type FourBitOptions = z.output<typeof options>;

/** Weights this small leave activations as the most of a step's memory; who quantises has little of it. */
export const savesActivations: RecipeDefaults = { training: { gradient_checkpointing: true } };
