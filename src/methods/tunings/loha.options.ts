import { z } from 'zod';
import { defineTuning } from '../method.ts';
import {
  MOST_RANK,
  layerKeys,
  rankPatterns,
  readPatterns,
  readTargets,
  savedModules,
  targetOptions,
  storedFactor,
  storedRank,
  storedPatterns,
} from './target-options.ts';

/** Element-wise products of two low-rank matrices (Hyeon-Woo et al., 2022). */
export const options = z.strictObject({
  r: z.int().positive().max(MOST_RANK).default(8).describe('rank of each of the two matrices'),
  alpha: z.number().positive().default(8).describe('the update is scaled by alpha / r'),
  use_effective_conv2d: z.boolean().default(false).describe('convolutions get a small kernel between their factors'),
  ...targetOptions,
  ...rankPatterns,
  ...savedModules,
});

export type LohaOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  alpha: storedFactor,
  ...storedPatterns,
  use_effective_conv2d: z.boolean().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['LOHA'],
    config,
    read: (written): LohaOptions => ({
      r: written.r,
      alpha: written.alpha,
      ...readPatterns(written),
      use_effective_conv2d: written.use_effective_conv2d ?? false,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: 5 },
  run: () => import('./loha.ts'),
});
