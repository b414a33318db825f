import { z } from 'zod';
import { defineStorage } from '../../train/method.ts';

/** Products of frozen weights, forward and backward, read copies in int8. */
export const options = z.strictObject({});

export const method = defineStorage({
  options,
  wantsKeptWeights: true,
  run: () => import('./int8-switchback.ts'),
});
