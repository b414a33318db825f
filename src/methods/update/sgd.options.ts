import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

/** Steps along the gradient, with momentum: the least memory; a rate ten to a hundred times larger than AdamW's. */
export const options = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9).describe('decay of the summed gradients; 0: none are kept'),
  nesterov: z.boolean().default(false).describe('look a step ahead; needs momentum'),
});

export type SgdOptions = z.output<typeof options>;

export const method = defineUpdate({
  options: options.refine(({ momentum, nesterov }) => momentum > 0 || !nesterov, {
    path: ['nesterov'],
    error: 'needs a momentum above 0',
  }),
  run: () => import('./sgd.ts'),
});
