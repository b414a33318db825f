import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { checkWeights } from './grpo.options.ts';
import { samplingOptions } from './online-dpo.options.ts';

/** An answer by the model and one by the reference per prompt; the one with the higher reward is chosen. */
export const options = z
  .strictObject({
    ...samplingOptions,
    beta: z.number().positive().default(0.1).describe('how strongly the model is tied to the reference'),
    alpha: z
      .number()
      .min(0)
      .default(1e-5)
      .describe("weight of exploration: how far to move away from the reference's answers"),
    loss_type: z.enum(['sigmoid', 'ipo']).default('sigmoid').describe('loss type, as for dpo'),
  })
  .check(checkWeights);

export type XpoMethodOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./xpo.ts'),
});
