import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules, targetKeys, targetOptions } from './target-options.ts';

const names = z.array(z.string().min(1));

/** A vector that scales keys, values and the inner values of each feed-forward layer (Liu et al., 2022). */
export const options = z.strictObject({
  ...targetOptions,
  target_modules: targetOptions.target_modules.default('all-linear').meta({
    description: 'modules to scale; with all-linear: keys, values and the second feed-forward layer',
    shown: 'all-linear|LIST|REGEX',
  }),
  feedforward_modules: z
    .union([z.string().min(1), names], { error: 'expected a list of module names, or a regular expression' })
    .nullable()
    .default(null)
    .meta({
      description: 'those of them whose input is scaled instead of the output (default: the usual names)',
      shown: 'LIST|REGEX',
    }),
  ...savedModules,
});

export type Ia3Options = z.output<typeof options>;

const config = z.object({
  target_modules: targetKeys.target_modules,
  exclude_modules: targetKeys.exclude_modules,
  feedforward_modules: z.union([z.string(), z.array(z.string())]).nullish(),
  init_ia3_weights: z.boolean().nullish(),
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['IA3'],
    config,
    read: (written): Ia3Options => ({
      target_modules: written.target_modules,
      layers_to_transform: null,
      layers_pattern: null,
      exclude_modules: written.exclude_modules ?? null,
      feedforward_modules: written.feedforward_modules ?? [],
      modules_to_save: [],
    }),
  },
  rate: { like: 'lora', times: [40, 25] },
  run: () => import('./ia3.ts'),
});
