import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { MOST_RANK, layerKeys, readTargets, savedModules, targetOptions, storedRank } from './target-options.ts';

/**
 * A trained block, repeated along each weight (Kang and Yin, 2024, "Balancing LoRA performance and efficiency with
 * simple shard sharing").
 */
export const options = z.strictObject({
  r: z.int().positive().max(MOST_RANK).default(64).describe('rows of the block'),
  mini_r: z.int().positive().default(1).describe('if above 1, the number of trained columns, which are repeated'),
  bat: z.boolean().default(false).describe('also multiply the weight by the blocks; r must divide both sides'),
  ...targetOptions,
  ...savedModules,
});

/** `isMini`: whether the block has `mini_r` columns; by default, if that is above 1. */
export type MissOptions = z.output<typeof options> & { isMini?: boolean };

const config = z.object({
  ...layerKeys,
  r: storedRank,
  mini_r: z.int().positive().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['MISS', 'BONE'],
    config,
    read: (written): MissOptions => ({
      r: written.r,
      mini_r: written.init_weights === 'mini' ? (written.mini_r ?? 1) : 1,
      isMini: written.init_weights === 'mini',
      bat: written.init_weights === 'bat',
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: 1 },
  run: () => import('./miss.ts'),
});
