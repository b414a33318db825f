import { z } from 'zod';
import { defineTuning } from '../method.ts';
import { savedModules, targetKeys, targetOptions } from './target-options.ts';

const names = z.array(z.string().min(1)).min(1);

/** Trains only the norms (Zhao et al., 2023, "Tuning LayerNorm in attention"). */
export const options = z.strictObject({
  target_modules: z
    .union([z.literal('all-linear'), z.string().min(1), names])
    .default('all-linear')
    .meta({
      description: 'norms to train, by name (default: all of the trunk)',
      shown: 'LIST|REGEX',
    }),
  exclude_modules: targetOptions.exclude_modules.meta({ description: 'norms to exclude', shown: 'LIST|REGEX' }),
  ...savedModules,
});

export type LnTuningOptions = z.output<typeof options>;

const config = z.object({
  target_modules: targetKeys.target_modules,
  exclude_modules: targetKeys.exclude_modules,
});

export const method = defineTuning({
  options,
  keepsWeights: true,
  peft: {
    types: ['LN_TUNING'],
    config,
    read: ({ target_modules, exclude_modules = null }): LnTuningOptions => ({
      target_modules,
      exclude_modules,
      modules_to_save: [],
    }),
  },
  rate: { like: 'lora', times: [30, 15] },
  run: () => import('./ln_tuning.ts'),
});
