import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import type { Processor } from '../objective.ts';
import { beta, labelSmoothing } from './cpo.options.ts';

/** Pairs by mean log-probability and a margin, without a reference model (Meng et al., 2024). */
export const options = z.strictObject({
  beta: beta.default(2),
  simpo_gamma: z.number().default(0.5).describe('target margin: how far the chosen answer should be ahead'),
  label_smoothing: labelSmoothing,
  alpha: z.number().default(0).describe("alpha of AlphaPO's reward shaping; 0: off"),
  cpo_alpha: z.number().min(0).default(0).describe('weight of the cross-entropy of chosen answers (CPO-SimPO)'),
});

export type SimpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  preference: () => 'per_token',
  async run() {
    const { create } = await import('./cpo.ts');
    return {
      create: (own: SimpoOptions, processor: Processor) => create({ ...own, loss_type: 'simpo' }, processor),
    };
  },
});
