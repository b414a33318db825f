import { z } from 'zod';
import { defineTuning } from '../../train/method.ts';
import { layerKeys, readTargets, savedModules, storedFactor, storedRank, targetOptions } from './target-options.ts';

/** Sums of random matrices of full rank, each with trained scales (Albert et al., 2025). */
export const options = z.strictObject({
  r: z.int().positive().default(32).describe('rank of each random matrix; smaller ones make more to train'),
  alpha: z.number().positive().default(640).describe('the update is scaled by alpha / r'),
  ...targetOptions,
  ...savedModules,
});

export type RandloraOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  randlora_alpha: storedFactor,
  projection_prng_key: z.int().nullish(),
  save_projection: z.literal(true, { error: 'adapters without their random matrices cannot be loaded' }).nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['RANDLORA'],
    config,
    read: (written): RandloraOptions => ({ r: written.r, alpha: written.randlora_alpha, ...readTargets(written) }),
  },
  run: () => import('./randlora.ts'),
});
