import { z } from 'zod';
import { defineStorage } from '../../train/method.ts';

/** Products of the forward read a copy of frozen weights in int8; backward reads the weights themselves. */
export const options = z.strictObject({});

export const method = defineStorage({
  options,
  wantsKeptWeights: true,
  run: () => import('./int8-forward.ts'),
});
