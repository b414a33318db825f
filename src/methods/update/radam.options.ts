import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';
import { adamOptions, decoupledWeightDecay } from './adam-options.ts';

/** Adam whose first steps wait for a reliable second moment (Liu et al., 2020): a warm-up of its own. */
export const options = z.strictObject({ ...adamOptions, decoupled_weight_decay: decoupledWeightDecay(false) });

export type RadamOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  recipeDefaults: { training: { warmup_ratio: 0 } },
  run: () => import('./radam.ts'),
});
