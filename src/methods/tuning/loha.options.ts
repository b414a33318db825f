import { z } from 'zod';
import { defineTuning } from '../../train/method.ts';
import {
  layerKeys,
  pattern,
  readTargets,
  savedModules,
  targetOptions,
  storedFactor,
  storedRank,
} from './target-options.ts';

/** Products of two matrices of low rank, element by element (Hyeon-Woo et al., 2022). */
export const options = z.strictObject({
  r: z.int().positive().default(8).describe('rank of each of the two matrices'),
  alpha: z.number().positive().default(8).describe('the update is scaled by alpha / r'),
  use_effective_conv2d: z.boolean().default(false).describe('convolutions get a small kernel between their factors'),
  ...targetOptions,
  rank_pattern: pattern('r', z.int().positive()),
  alpha_pattern: pattern('alpha', z.number().positive()),
  ...savedModules,
});

export type LohaOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  alpha: storedFactor,
  rank_pattern: z.record(z.string(), storedRank).nullish(),
  alpha_pattern: z.record(z.string(), storedFactor).nullish(),
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
      rank_pattern: written.rank_pattern ?? {},
      alpha_pattern: written.alpha_pattern ?? {},
      use_effective_conv2d: written.use_effective_conv2d ?? false,
      ...readTargets(written),
    }),
  },
  run: () => import('./loha.ts'),
});
