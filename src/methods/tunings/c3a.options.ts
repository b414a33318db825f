import { z } from 'zod';
import { defineTuning } from '../method.ts';
import {
  layerKeys,
  pattern,
  storedRanks,
  readTargets,
  savedModules,
  targetOptions,
  storedRank,
} from './target-options.ts';

/** Updates by blocks of circulant matrices (Chen et al., 2024). */
export const options = z.strictObject({
  block_size: z
    .int()
    .positive()
    .default(64)
    .describe("block size; the nearest smaller common divisor of a layer's sides is used"),
  ...targetOptions,
  block_size_pattern: pattern('block_size', z.int().positive()),
  ...savedModules,
});

export type C3aOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  block_size: storedRank,
  block_size_pattern: storedRanks,
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['C3A'],
    config,
    read: (written): C3aOptions => ({
      block_size: written.block_size,
      block_size_pattern: written.block_size_pattern ?? {},
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [150, 1500] },
  run: () => import('./c3a.ts'),
});
