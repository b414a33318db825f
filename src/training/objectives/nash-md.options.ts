import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { checkWeights } from './grpo.options.ts';
import { samplingOptions } from './online-dpo.options.ts';

/** Trains an answer per prompt to be preferred over one sampled from a mixture of model and reference. */
export const options = z
  .strictObject({
    ...samplingOptions,
    beta: z.number().min(0).default(0.1).describe('how strongly the model is tied to the reference'),
    mixture_coef: z
      .number()
      .positive()
      .max(1)
      .default(0.5)
      .describe("the reference's share of the mixture; 1: the reference itself"),
  })
  .check(checkWeights);

export type NashMdOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./nash-md.ts'),
});
