import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { layerDecay } from './layer-decay.options.ts';

/** Trains every weight. */
export const options = z.strictObject({ layer_decay: layerDecay });

export type FullOptions = z.output<typeof options>;

export const method = defineTuning({
  options,
  rate: { like: 'full', times: 1 },
  run: () => import('./full.ts'),
});
