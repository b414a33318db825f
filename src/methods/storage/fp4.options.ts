import { defineStorage } from '../../train/method.ts';
import { options, savesActivations } from './four-bit.options.ts';

/** Frozen linear layers in 4 bits, as small floating-point numbers; nf4 is usually closer. */
export const method = defineStorage({
  options,
  wantsKeptWeights: true,
  recipeDefaults: savesActivations,
  run: () => import('./fp4.ts'),
});
