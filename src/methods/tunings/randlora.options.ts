import { z } from 'zod';
import { defineTuning } from '../method.ts';
import {
  MOST_RANK,
  layerKeys,
  readTargets,
  savedModules,
  storedFactor,
  storedRank,
  targetOptions,
} from './target-options.ts';

/** Sums of full-rank random matrices with trained scales (Albert et al., 2025). */
export const options = z.strictObject({
  r: z
    .int()
    .positive()
    .max(MOST_RANK)
    .default(32)
    .describe('rank of each random matrix; lower ranks mean more trainable numbers'),
  alpha: z.number().positive().default(640).describe('the update is scaled by alpha / r'),
  ...targetOptions,
  ...savedModules,
});

/** `drawn`: how to draw the random matrices of an adapter whose file lacks them. */
export type RandloraOptions = z.output<typeof options> & { drawn?: DrawnBases };

export interface DrawnBases {
  /** `projection_prng_key`. */
  key: number;
  isSparse: boolean;
  isVerySparse: boolean;
}

const config = z.object({
  ...layerKeys,
  r: storedRank,
  randlora_alpha: storedFactor,
  projection_prng_key: z.int().min(0).nullish(),
  sparse: z.boolean().nullish(),
  very_sparse: z.boolean().nullish(),
  save_projection: z.boolean().nullish(),
});

function drawnOf(written: z.output<typeof config>): DrawnBases {
  const { projection_prng_key: key, sparse: isSparse, very_sparse: isVerySparse } = written;
  return { key: key ?? 0, isSparse: isSparse ?? false, isVerySparse: isVerySparse ?? false };
}

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['RANDLORA'],
    config,
    read: (written): RandloraOptions => ({
      r: written.r,
      alpha: written.randlora_alpha,
      drawn: written.save_projection === false ? drawnOf(written) : undefined,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [10, 5] },
  run: () => import('./randlora.ts'),
});
