import { z } from 'zod';
import { defineTuning } from '../../train/method.ts';
import { layerKeys, readTargets, savedModules, targetOptions, storedRank } from './target-options.ts';

/** Blocks of circulant matrices (Chen et al., 2024). */
export const options = z.strictObject({
  block_size: z.int().positive().default(64).describe('side of a block; the next divisor of both sides below it'),
  ...targetOptions,
  ...savedModules,
});

export type C3aOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  block_size: storedRank,
  /** Sides that follow from the layers' own. */
  block_size_pattern: z.record(z.string(), z.int()).nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['C3A'],
    config,
    read: (written): C3aOptions => ({
      block_size: written.block_size,
      ...readTargets(written),
    }),
  },
  run: () => import('./c3a.ts'),
});
