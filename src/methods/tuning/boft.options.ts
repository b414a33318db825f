import { z } from 'zod';
import { defineTuning } from '../../train/method.ts';
import { layerKeys, readTargets, savedModules, targetOptions } from './target-options.ts';

/** Rotations of each layer's input in the pattern of a butterfly (Liu et al., 2024). */
export const options = z.strictObject({
  boft_block_size: z
    .int()
    .positive()
    .default(4)
    .describe('features of a block: an even number that divides all inputs'),
  boft_n_butterfly_factor: z.int().positive().default(1).describe('rotations after one another, on ever other pairs'),
  ...targetOptions,
  ...savedModules,
});

export type BoftOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  boft_block_size: z.int().min(0).max(1_000_000),
  boft_block_num: z.literal(0, { error: 'adapters with a number of blocks cannot be loaded' }).nullish(),
  boft_n_butterfly_factor: z.int().positive().max(30),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['BOFT'],
    config,
    read: (written): BoftOptions => ({
      boft_block_size: written.boft_block_size,
      boft_n_butterfly_factor: written.boft_n_butterfly_factor,
      ...readTargets(written),
    }),
  },
  run: () => import('./boft.ts'),
});
