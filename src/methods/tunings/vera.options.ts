import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { MOST_RANK, layerKeys, readTargets, savedModules, targetOptions, storedRank } from './target-options.ts';

/** Two random matrices shared by all layers, each followed by a trained vector (Kopiczko et al., 2024). */
export const options = z.strictObject({
  r: z.int().positive().max(MOST_RANK).default(256).describe('rows of the shared matrices'),
  d_initial: z.number().default(0.1).describe('initial value of the inner vector'),
  ...targetOptions,
  ...savedModules,
});

/** `projection_prng_key`: seed of the random matrices for an adapter whose file lacks them. */
export type VeraOptions = z.output<typeof options> & { projection_prng_key?: number };

const config = z.object({
  ...layerKeys,
  r: storedRank,
  d_initial: z.number().nullish(),
  projection_prng_key: z.int().min(0).nullish(),
  save_projection: z.boolean().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['VERA'],
    config,
    read: (written): VeraOptions => ({
      r: written.r,
      d_initial: written.d_initial ?? 0.1,
      projection_prng_key: written.save_projection === false ? (written.projection_prng_key ?? 0) : undefined,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [15, 20] },
  run: () => import('./vera.ts'),
});
