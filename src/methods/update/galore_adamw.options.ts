import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

const beta = z.number().min(0).lt(1);

/** AdamW on gradients of low rank (Zhao et al., "GaLore", 2024): training whole weights with the moments of a LoRA. */
export const options = z.strictObject({
  rank: z
    .int()
    .positive()
    .default(128)
    .describe('of the gradients; matrices with no more rows or columns are moved whole'),
  update_proj_gap: z.int().positive().default(200).describe('steps between two choices of the directions'),
  scale: z.number().positive().default(0.25).describe('factor of what comes back from the low rank'),
  beta1: beta.default(0.9).describe('decay of the mean gradient'),
  beta2: beta.default(0.999).describe('decay of the mean squared gradient'),
  epsilon: z.number().positive().default(1e-6).describe('added to the root of the second moment'),
});

export type GaloreOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./galore_adamw.ts') });
