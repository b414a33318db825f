import { z } from 'zod';
import { defineObjective } from '../../train/method.ts';
import { kl_to_base } from './base-kl.options.ts';

/** Answers to prompts and conversations. */
export const options = z.strictObject({
  train_on: z
    .enum(['answers', 'last_answer', 'all'])
    .default('answers')
    .describe("trained tokens: every answer, a conversation's last one, or all tokens"),
  loss_type: z
    .enum(['nll', 'dft'])
    .default('nll')
    .describe('cross-entropy, or the same weighed by how probable the token already is (dft)'),
  label_smoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('share of each target that is spread over the whole vocabulary; takes memory for all logits'),
  kl_to_base,
});

export type SftOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./sft.ts'),
});
