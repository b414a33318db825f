import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

export const beta = z.number().positive().describe('strength of the preference between the two answers');
export const labelSmoothing = z
  .number()
  .min(0)
  .lt(0.5)
  .default(0)
  .describe('probability that a pair is labelled the wrong way round');

/** Trains on pairs without a reference model, plus cross-entropy of the chosen answers. */
export const options = z.strictObject({
  loss_type: z
    .enum(['sigmoid', 'hinge', 'ipo', 'simpo'])
    .default('sigmoid')
    .describe("as named in TRL; ipo and simpo average over an answer's tokens"),
  beta: beta.default(0.1),
  cpo_alpha: z.number().min(0).default(1).describe("weight of the chosen answers' cross-entropy"),
  label_smoothing: labelSmoothing,
  simpo_gamma: z.number().default(0.5).describe('target margin of simpo'),
  alpha: z.number().default(0).describe("alpha of AlphaPO's reward shaping; 0: off"),
});

export type CpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  preference: ({ loss_type: loss }) => (loss === 'ipo' || loss === 'simpo' ? 'per_token' : 'whole'),
  run: () => import('./cpo.ts'),
});
