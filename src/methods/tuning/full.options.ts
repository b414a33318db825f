import { z } from 'zod';
import { layerDecay } from './layer-decay.options.ts';

/** Every weight moves. */
export const options = z.strictObject({ layer_decay: layerDecay });

export type FullOptions = z.output<typeof options>;
