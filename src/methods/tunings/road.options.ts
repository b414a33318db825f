import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { layerKeys, readTargets, savedModules, targetOptions, storedRank } from './target-options.ts';

/** Rotates pairs of outputs (Liao and Monz, 2024). */
export const options = z.strictObject({
  variant: z
    .enum(['road_1', 'road_2', 'road_4'])
    .default('road_1')
    .describe('trained numbers per pair of outputs: 2, 4 or 8'),
  group_size: z.int().positive().default(64).describe('group of outputs within which pairs are formed'),
  ...targetOptions,
  ...savedModules,
});

export type RoadOptions = z.output<typeof options>;

const config = z.object({
  ...layerKeys,
  variant: z.enum(['road_1', 'road_2', 'road_4']).nullish(),
  group_size: storedRank,
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['ROAD'],
    config,
    read: (written): RoadOptions => ({
      variant: written.variant ?? 'road_1',
      group_size: written.group_size,
      ...readTargets(written),
    }),
  },
  rate: { like: 'lora', times: [15, 7] },
  run: () => import('./road.ts'),
});
