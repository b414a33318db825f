import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { MOST_RANK, layerKeys, readTargets, savedModules, storedRank, targetOptions } from './target-options.ts';

/** Low-rank matrices composed of vectors from a bank shared by all layers (Li et al., 2024). */
export const options = z.strictObject({
  r: z.int().positive().max(MOST_RANK).default(4).describe('rank of the update'),
  num_vectors: z.int().positive().default(256).describe('number of vectors in the bank'),
  vector_length: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe("length of the vectors (default: 256, or the largest smaller divisor of all layers' sides)"),
  topk: z.int().positive().default(2).describe('number of vectors mixed into one'),
  init_vector_bank_bound: z.number().positive().default(0.02).describe("bound of the bank's initial values"),
  init_logits_std: z.number().positive().default(0.1).describe('standard deviation of the initial mixing logits'),
  ...targetOptions,
  ...savedModules,
});

export type VbloraOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  r: storedRank,
  num_vectors: storedRank,
  vector_length: storedRank,
  topk: storedRank,
  init_vector_bank_bound: z.number().nullish(),
  init_logits_std: z.number().nullish(),
  save_only_topk_weights: z.boolean().nullish(),
});

export const method = defineTuning({
  options: options.refine(({ topk, num_vectors }) => topk <= num_vectors, {
    error: 'more vectors than the bank has (num_vectors)',
    path: ['topk'],
  }),
  keepsWeights: true,
  peft: {
    types: ['VBLORA'],
    config,
    read: (written): VbloraOptions => ({
      r: written.r,
      num_vectors: written.num_vectors,
      vector_length: written.vector_length,
      topk: written.topk,
      init_vector_bank_bound: written.init_vector_bank_bound ?? 0.02,
      init_logits_std: written.init_logits_std ?? 0.1,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [10, 5] },
  run: () => import('./vblora.ts'),
});
