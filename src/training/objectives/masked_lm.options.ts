import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Predicts masked tokens of plain text. */
export const options = z.strictObject({
  mask_probability: z.number().gt(0).lt(1).default(0.15).describe('share of tokens that are masked and predicted'),
});

export type MaskedLmOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./masked_lm.ts'),
});
