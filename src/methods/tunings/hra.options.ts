import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { MOST_RANK, layerKeys, readTargets, savedModules, targetOptions, storedRank } from './target-options.ts';

/** Applies successive reflections to each layer's input (Yuan et al., 2024). */
export const options = z.strictObject({
  r: z
    .int()
    .positive()
    .max(MOST_RANK)
    .default(8)
    .describe('reflections per layer; with an even number training starts at the base model'),
  apply_GS: z.boolean().default(false).describe('keep the reflections orthogonal to each other'),
  ...targetOptions,
  ...savedModules,
});

export type HraOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  apply_GS: z.boolean().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['HRA'],
    config,
    read: (written): HraOptions => ({
      r: written.r,
      apply_GS: written.apply_GS ?? false,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: 5 },
  run: () => import('./hra.ts'),
});
