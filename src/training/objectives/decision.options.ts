import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

/** Answers typed questions with probabilities; trained on labels, votes or rewards. */
export const options = z.strictObject({
  brier: z.number().min(0).default(0).describe('weight of the Brier score next to the cross-entropy'),
  rps: z
    .number()
    .min(0)
    .default(0)
    .describe('weight of the ranked probability score, for questions with ordered options'),
  label_smoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('label smoothing: share of the target spread over all options'),
  shuffle_options: z
    .boolean()
    .optional()
    .describe(
      'shuffle the options of choices at each step (default for encoders); chat models need it, and far more rows, only ' +
        'to choose options that occur in no row',
    ),
  max_options: z
    .int()
    .min(2)
    .max(255)
    .nullable()
    .default(null)
    .describe('options shown per choice in training: the right ones and a sample of the others'),
  planted_commands: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'share of training rows whose state ends in a planted command to give some answer, which their targets ignore',
    ),
  score_by: z
    .enum(['masks', 'vectors'])
    .nullable()
    .default(null)
    .describe(
      'encoders only: score each option at a mask token before it, which sees state and question, or by the similarity ' +
        'of its vector to that of the state, which suits sentence encoders (default: masks if the tokenizer has a mask token)',
    ),
  beta: z
    .number()
    .min(0)
    .default(0)
    .describe('how strongly the model is tied to its initial state on questions with rewards; 0.1 is usual'),
});

export type DecisionOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./decision.ts'),
});
