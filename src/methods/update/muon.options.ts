import { z } from 'zod';
import { defineUpdate } from '../../train/method.ts';

const beta = z.number().min(0).lt(1);

/** Steps of matrices made orthogonal (Jordan et al., 2024; Liu et al., 2025); AdamW for the rest. */
export const options = z.strictObject({
  momentum: beta.default(0.95).describe('decay of the summed gradients of a matrix'),
  nesterov: z.boolean().default(true).describe('look a step ahead'),
  ns_steps: z.int().positive().max(20).default(5).describe('Newton-Schulz steps'),
  ns_dtype: z.enum(['f32', 'bf16']).default('f32').describe('what those steps are computed in; the papers take bf16'),
  adjust_lr_fn: z
    .enum(['match_rms_adamw', 'original'])
    .default('match_rms_adamw')
    .describe("size of a matrix's step: as AdamW's (Moonlight), or by its rows to its columns (Jordan)"),
  beta1: beta.default(0.9).describe('for parameters other than matrices: decay of the mean gradient'),
  beta2: beta.default(0.95).describe('for parameters other than matrices: decay of the mean squared gradient'),
  epsilon: z
    .number()
    .positive()
    .default(1e-8)
    .describe('for parameters other than matrices: added to the root of the second moment'),
});

export type MuonOptions = z.output<typeof options>;

export const method = defineUpdate({ options, run: () => import('./muon.ts') });
