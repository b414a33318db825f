import { defineStorage } from '../../train/method.ts';
import { options } from './four-bit.options.ts';

/** Frozen linear layers in 4 bits, by quantiles of the normal distribution; with tuning lora it is QLoRA. */
export const method = defineStorage({
  options,
  wantsKeptWeights: true,
  run: () => import('./nf4.ts'),
});
