import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

/** Gradients by the root of their mean square (Tieleman and Hinton, 2012): half of AdamW's memory; its rates suit. */
export const options = z.strictObject({
  alpha: z.number().min(0).lt(1).default(0.99).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
  momentum: z.number().min(0).lt(1).default(0).describe('decay of the summed steps; 0: none are kept'),
  centered: z.boolean().default(false).describe('divide by the standard deviation: the squared mean is taken out'),
});

export type RmspropOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./rmsprop.ts') });
