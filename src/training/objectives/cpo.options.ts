import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

export const beta = z.number().positive().describe('how strongly the two answers are set against each other');
export const labelSmoothing = z
  .number()
  .min(0)
  .lt(0.5)
  .default(0)
  .describe('probability that a pair is the wrong way round');

/** Pairs without a reference model, plus the chosen answers' cross-entropy. */
export const options = z.strictObject({
  loss_type: z
    .enum(['sigmoid', 'hinge', 'ipo', 'simpo'])
    .default('sigmoid')
    .describe("TRL's names; ipo and simpo take means over an answer's tokens"),
  beta: beta.default(0.1),
  cpo_alpha: z.number().min(0).default(1).describe("weight of the chosen answers' cross-entropy"),
  label_smoothing: labelSmoothing,
  simpo_gamma: z.number().default(0.5).describe('by how much the chosen answer is to be ahead, of simpo'),
  alpha: z.number().default(0).describe("AlphaPO's bend of the rewards; 0 for none"),
});

export type CpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  preference: ({ loss_type: loss }) => (loss === 'ipo' || loss === 'simpo' ? 'per_token' : 'whole'),
  run: () => import('./cpo.ts'),
});
