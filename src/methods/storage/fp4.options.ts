import { defineStorage } from '../../train/method.ts';
import { options } from './four-bit.options.ts';

/** Frozen linear layers in 4 bits, as small floating-point numbers; nf4 is usually closer. */
export const method = defineStorage({
  options,
  wantsKeptWeights: true,
  run: () => import('./fp4.ts'),
});
