import { z } from 'zod';
import { defineTuning } from '../method.ts';
import {
  layerKeys,
  pattern,
  storedRanks,
  readTargets,
  savedModules,
  targetOptions,
  storedFactor,
  storedRank,
} from './target-options.ts';

/** Updates by a few Fourier coefficients per weight (Gao et al., 2024). */
export const options = z.strictObject({
  n_frequency: z.int().positive().default(1000).describe('trained coefficients per layer'),
  scaling: z.number().positive().default(150).describe('scaling of the update'),
  random_loc_seed: z.int().min(0).default(777).describe('seed that chooses the frequencies'),
  ...targetOptions,
  n_frequency_pattern: pattern('n_frequency', z.int().positive()),
  ...savedModules,
});

export type FourierftOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  n_frequency: storedRank,
  n_frequency_pattern: storedRanks,
  scaling: storedFactor,
  random_loc_seed: z.int().min(0).nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['FOURIERFT'],
    config,
    read: (written): FourierftOptions => ({
      n_frequency: written.n_frequency,
      n_frequency_pattern: written.n_frequency_pattern ?? {},
      scaling: written.scaling,
      random_loc_seed: written.random_loc_seed ?? 777,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [25, 30] },
  run: () => import('./fourierft.ts'),
});
