import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

/** Steps along the gradient, with momentum: the least memory; a rate ten to a hundred times larger than AdamW's. */
export const options = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9).describe('decay of the summed gradients; 0: none are kept'),
  dampening: z.number().min(0).default(0).describe('part of a gradient that does not go into the sum'),
  nesterov: z.boolean().default(false).describe('look a step ahead; needs momentum'),
});

export type SgdOptions = z.output<typeof options>;

export const method = defineUpdate({
  options: options.refine(({ momentum, dampening, nesterov }) => !nesterov || (momentum > 0 && dampening === 0), {
    path: ['nesterov'],
    error: 'needs a momentum above 0 and no dampening',
  }),
  run: () => import('./sgd.ts'),
});
