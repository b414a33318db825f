import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { layerDecay } from './layer-decay.options.ts';

/** Trains the last blocks and the head in full and freezes everything before (LLaMA-Factory's freeze). */
export const options = z.strictObject({
  trainable_layers: z
    .int()
    .min(0)
    .default(2)
    .describe('number of trained blocks, counted from the last; 0: only the head'),
  layer_decay: layerDecay,
  unfreeze_every: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('start with the head alone and unfreeze another block every N steps (ULMFiT) (default: all at once)'),
});

export type FreezeOptions = z.output<typeof options>;

export const method = defineTuning({
  options,
  // Frozen blocks need no dropout: their outputs are cached.
  recipeDefaults: { training: { cache_frozen: true } },
  rate: { like: 'both', times: 1 },
  run: () => import('./freeze.ts'),
});
