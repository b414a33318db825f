import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

/** Gradients by the root of the sum of their squares (Duchi et al., 2011): steps become shorter; half of AdamW's memory. */
export const options = z.strictObject({
  lr_decay: z.number().min(0).default(0).describe('the rate is divided by 1 + lr_decay * steps before this one'),
  initial_accumulator_value: z.number().min(0).default(0).describe('what the sums of squares begin with'),
  epsilon: z.number().positive().default(1e-10).describe('added to the root of the sum'),
});

export type AdagradOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./adagrad.ts') });
