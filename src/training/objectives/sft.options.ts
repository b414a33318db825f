import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { baseKlOptions } from './base-kl.options.ts';

/** Answers to prompts and conversations. */
export const options = z.strictObject({
  train_on: z
    .enum(['answers', 'last_answer', 'all'])
    .default('answers')
    .describe("trained tokens: every answer, a conversation's last one, or all tokens"),
  loss_type: z
    .enum(['nll', 'dft', 'constrained'])
    .default('nll')
    .describe(
      "nll: cross-entropy; dft: weighted by the token's probability; constrained: weaker the further " +
        'a token has moved from the base model, most of all for first tokens (keeps refusals)',
    ),
  beta: z
    .number()
    .min(0)
    .default(0.1)
    .describe('strength of constrained: how quickly the gradient of a token fades as it becomes likelier'),
  first_betas: z
    .array(z.number().min(0))
    .default([0.5, 2, 2, 2, 2])
    .describe('the same for the first tokens of an answer, one by one'),
  label_smoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('label smoothing: share of each target spread over the whole vocabulary; needs memory for all logits'),
  ...baseKlOptions,
});

export type SftOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./sft.ts'),
});
