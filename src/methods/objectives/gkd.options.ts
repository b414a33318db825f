import { z } from 'zod';
import { defineObjective } from '../../train/method.ts';

/** A smaller model learns the distributions of a larger one, on given answers and on its own. */
export const options = z.strictObject({
  teacher_model: z
    .string()
    .min(1)
    .describe('folder or name of the model to learn from; its tokenizer must be the same'),
  beta: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('0: cover what the teacher says; 1: say nothing that it would not'),
  temperature: z.number().positive().default(0.9).describe('of sampling, and of both distributions'),
  lmbda: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("share of the rows answered by the model itself, in place of the row's answer"),
  max_completion_length: z.int().positive().default(128).describe('longest answer of its own, in tokens'),
});

export type GkdOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./gkd.ts'),
});
