import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { layerKeys, readTargets, savedModules, targetOptions } from './target-options.ts';

/** Rotates blocks of each layer's input (Qiu et al., 2023). */
export const options = z.strictObject({
  oft_block_size: z.int().min(0).default(32).describe("block size; the nearest divisor of a layer's inputs is used"),
  r: z.int().min(0).default(0).describe('blocks per layer, if oft_block_size is 0'),
  coft: z.boolean().default(false).describe('keep rotations close to the identity'),
  eps: z.number().positive().default(6e-5).describe('how close, with coft'),
  block_share: z.boolean().default(false).describe('share one rotation between all blocks of a layer'),
  use_cayley_neumann: z
    .boolean()
    .default(true)
    .describe('compute rotations by a series, which is faster than exact ones'),
  num_cayley_neumann_terms: z.int().positive().default(5).describe('terms of the series'),
  ...targetOptions,
  ...savedModules,
});

export type OftOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  oft_block_size: z.int().min(0).max(1_000_000),
  r: z.int().min(0).max(1_000_000),
  coft: z.boolean().nullish(),
  eps: z.number().positive().nullish(),
  block_share: z.boolean().nullish(),
  use_cayley_neumann: z.boolean().nullish(),
  num_cayley_neumann_terms: z.int().positive().max(100).nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['OFT'],
    config,
    read: (written): OftOptions => ({
      oft_block_size: written.oft_block_size,
      r: written.r,
      coft: written.coft ?? false,
      eps: written.eps ?? 6e-5,
      block_share: written.block_share ?? false,
      use_cayley_neumann: written.use_cayley_neumann ?? true,
      num_cayley_neumann_terms: written.num_cayley_neumann_terms ?? 5,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: 2 },
  run: () => import('./oft.ts'),
});
