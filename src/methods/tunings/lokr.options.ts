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

/** Kronecker products of a small matrix and a low-rank one (Yeh et al., 2024). */
export const options = z.strictObject({
  r: z
    .int()
    .positive()
    .max(MOST_RANK)
    .default(8)
    .describe('rank of the larger factor, which stays full-rank if it is small'),
  alpha: z.number().positive().default(8).describe('the update is scaled by alpha / r'),
  decompose_both: z.boolean().default(false).describe('give the smaller factor a low rank too'),
  decompose_factor: z.int().min(-1).default(-1).describe('size of the smaller factor; -1: about the square root'),
  use_effective_conv2d: z.boolean().default(false).describe('give convolutions a small kernel between their factors'),
  ...targetOptions,
  ...rankPatterns,
  ...savedModules,
});

export type LokrOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  alpha: storedFactor,
  decompose_both: z.boolean().nullish(),
  decompose_factor: z.int().nullish(),
  use_effective_conv2d: z.boolean().nullish(),
  /** Only affects dropout. */
  rank_dropout_scale: z.unknown().optional(),
  ...storedPatterns,
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['LOKR'],
    config,
    read: (written): LokrOptions => ({
      r: written.r,
      alpha: written.alpha,
      ...readPatterns(written),
      decompose_both: written.decompose_both ?? false,
      decompose_factor: written.decompose_factor ?? -1,
      use_effective_conv2d: written.use_effective_conv2d ?? false,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [5, 15] },
  run: () => import('./lokr.ts'),
});
