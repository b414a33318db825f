import { defineStorage } from '../../train/method.ts';
import { options, savesActivations } from './four-bit.options.ts';

/** Frozen linear layers in 4 bits, by quantiles of the normal distribution; with tuning lora it is QLoRA. */
export const method = defineStorage({
  options,
  wantsKeptWeights: true,
  recipeDefaults: savesActivations,
  run: () => import('./nf4.ts'),
});
