import { z } from 'zod';
import { layerDecay } from './layer-decay.options.ts';

/** Every weight moves. */
export const options = z.strictObject({ layer_decay: layerDecay });

export type FullOptions = z.output<typeof options>;

/** Ten times lower than for adapters: all weights move at once. */
export const recipeDefaults = { training: { learning_rate: 2e-5 } };
