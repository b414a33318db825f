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
      'cross-entropy; the same weighed by how probable the token already is (dft), or less the further it has moved ' +
        'from the base model, first tokens least (constrained: keeps refusals)',
    ),
  beta: z.number().min(0).default(0.1).describe('of constrained: how soon a token that has become likelier pulls less'),
  first_betas: z
    .array(z.number().min(0))
    .default([0.5, 2, 2, 2, 2])
    .describe("the same for an answer's first tokens, one by one"),
  label_smoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('share of each target that is spread over the whole vocabulary; takes memory for all logits'),
  ...baseKlOptions,
});

export type SftOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./sft.ts'),
});
