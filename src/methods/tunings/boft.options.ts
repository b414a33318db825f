import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { layerKeys, readTargets, savedModules, targetOptions } from './target-options.ts';

/** Rotates each layer's input in a butterfly pattern (Liu et al., 2024). */
export const options = z.strictObject({
  boft_block_size: z.int().min(0).default(4).describe('block size: an even divisor of the inputs of every layer'),
  boft_block_num: z.int().min(0).default(0).describe('blocks per layer, if boft_block_size is 0'),
  boft_n_butterfly_factor: z
    .int()
    .positive()
    .default(1)
    .describe('number of successive rotations, each on another pairing of features'),
  bias: z
    .enum(['none', 'all', 'boft_only'])
    .default('none')
    .describe('biases of the model that are also trained and saved; boft_only: those of the layers with an adapter'),
  ...targetOptions,
  ...savedModules,
});

export type BoftOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  boft_block_size: z.int().min(0).max(1_000_000),
  boft_block_num: z.int().min(0).max(1_000_000).nullish(),
  bias: z.enum(['none', 'all', 'boft_only']).nullish(),
  boft_n_butterfly_factor: z.int().positive().max(30),
});

export const method = defineTuning({
  options: options.refine(({ boft_block_size: size, boft_block_num: count }) => size > 0 !== count > 0, {
    path: ['boft_block_num'],
    error: 'exactly one of this and boft_block_size must be 0: both set the size of blocks',
  }),
  keepsWeights: true,
  peft: {
    types: ['BOFT'],
    config,
    read: (written): BoftOptions => ({
      boft_block_size: written.boft_block_size,
      boft_block_num: written.boft_block_num ?? 0,
      bias: written.bias ?? 'none',
      boft_n_butterfly_factor: written.boft_n_butterfly_factor,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: 5 },
  run: () => import('./boft.ts'),
});
