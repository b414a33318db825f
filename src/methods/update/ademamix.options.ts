import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

const beta = z.number().min(0).lt(1);

/** AdamW with a second, slow mean of gradients (Pagliardini et al., 2024). */
export const options = z.strictObject({
  beta1: beta.default(0.9).describe('decay of the mean gradient'),
  beta2: beta.default(0.999).describe('decay of the mean squared gradient'),
  beta3: beta.default(0.9999).describe('decay of the slow mean gradient'),
  alpha: z.number().min(0).default(5).describe('weight of the slow mean'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the second moment'),
  beta3_warmup: z.int().positive().nullable().default(null).describe('steps until beta3 is reached'),
  alpha_warmup: z.int().positive().nullable().default(null).describe('steps until alpha is reached'),
});

export type AdemamixOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./ademamix.ts') });
