import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { layerKeys, readTargets, savedModules, targetOptions } from './target-options.ts';

/** Rotations of each layer's input in the pattern of a butterfly (Liu et al., 2024). */
export const options = z.strictObject({
  boft_block_size: z.int().min(0).default(4).describe('features of a block: an even number that divides all inputs'),
  boft_block_num: z.int().min(0).default(0).describe('blocks of a layer, where boft_block_size is 0'),
  boft_n_butterfly_factor: z.int().positive().default(1).describe('rotations after one another, on ever other pairs'),
  bias: z
    .enum(['none', 'all', 'boft_only'])
    .default('none')
    .describe("the model's biases that are trained and saved too; boft_only: those of the layers with an adapter"),
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
    error: 'one of this and boft_block_size has to be 0, and the other above: each says how large blocks are',
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
