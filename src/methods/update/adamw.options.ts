import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

const beta = z.number().min(0).lt(1);

/** Adam with decoupled weight decay; the decay itself is training.weight_decay. */
export const options = z.strictObject({
  beta1: beta.default(0.9).describe('decay of the mean gradient'),
  beta2: beta.default(0.999).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
});

export type AdamwOptions = z.output<typeof options>;

export const method = defineUpdate({
  options,
  run: () => import('./adamw.ts'),
});
