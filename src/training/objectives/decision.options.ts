import { z } from 'zod';
import { defineObjective } from '../../methods/method.ts';

/** Typed questions answered with probabilities, from labels, votes or rewards. */
export const options = z.strictObject({
  brier: z.number().min(0).default(0).describe('weight of the Brier score next to the cross-entropy with the target'),
  rps: z.number().min(0).default(0).describe('weight of the ranked probability score, for questions of ordered levels'),
  label_smoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('share of the target that is spread over all options of a question'),
  shuffle_options: z
    .boolean()
    .default(true)
    .describe('put the options of choices in another order at each step, so that their places mean nothing'),
  max_options: z
    .int()
    .min(2)
    .max(255)
    .nullable()
    .default(null)
    .describe('options of a choice that are shown at once in training: the right ones, and some others'),
  beta: z
    .number()
    .min(0)
    .default(0)
    .describe('how strongly questions with rewards are held to the model before training; 0.1 is usual'),
});

export type DecisionOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./decision.ts'),
});
