import { z } from 'zod';
import { defineTuning } from '../method.ts';
import {
  MOST_RANK,
  layerKeys,
  pattern,
  storedRanks,
  storedFactors,
  readTargets,
  savedModules,
  storedFactor,
  storedRank,
  targetOptions,
} from './target-options.ts';

/** Low-rank updates with normalised directions and a separately trained strength (Bini et al., 2025). */
export const options = z.strictObject({
  r: z.int().positive().max(MOST_RANK).default(8).describe('rank of the update'),
  delora_lambda: z.number().positive().default(15).describe('initial strength of each update'),
  ...targetOptions,
  rank_pattern: pattern('r', z.int().positive()),
  lambda_pattern: pattern('lambda', z.number().positive()),
  ...savedModules,
});

export type DeloraOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  delora_lambda: storedFactor.nullish(),
  rank_pattern: storedRanks,
  lambda_pattern: storedFactors,
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['DELORA'],
    config,
    read: (written): DeloraOptions => ({
      r: written.r,
      delora_lambda: written.delora_lambda ?? 15,
      rank_pattern: written.rank_pattern ?? {},
      lambda_pattern: written.lambda_pattern ?? {},
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: 5 },
  run: () => import('./delora.ts'),
});
