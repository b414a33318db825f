import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { MOST_RANK, layerKeys, readTargets, savedModules, targetOptions, storedRank } from './target-options.ts';

/** Trains a few individual weights per layer (Bhardwaj et al., 2024). */
export const options = z.strictObject({
  r: z
    .int()
    .positive()
    .max(MOST_RANK)
    .default(32)
    .describe('number of trained weights, given as the rank of a LoRA with as many'),
  ...targetOptions,
  ...savedModules,
});

export type ShiraOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  mask_type: z.string().nullish(),
  random_seed: z.int().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['SHIRA'],
    config,
    read: (written): ShiraOptions => ({
      r: written.r,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [5, 2] },
  run: () => import('./shira.ts'),
});
