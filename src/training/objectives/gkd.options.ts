import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

const positive = z.number().positive();
const amount = z.number().min(0).optional();

/** A teacher behind an endpoint that returns log-probabilities. */
const teacher = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).describe('base URL including the version: https://HOST/v1'),
  model: z.string().min(1).describe('name of the teacher at the endpoint'),
  top_k: z
    .int()
    .min(1)
    .default(20)
    .describe('most likely teacher tokens used per position; all others are merged into one'),
  key_variable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .default('OPENAI_API_KEY')
    .describe('environment variable that holds the key'),
  concurrency: z.int().positive().default(4).describe('parallel requests'),
  timeout: positive.default(120).describe('timeout per answer in seconds'),
  max_tokens: z.int().positive().optional().describe('total token budget; the run stops when it is used up'),
  max_cost: positive.optional().describe('total spending limit; the run stops when it is reached; needs prices'),
  input_price: amount.describe('price of a million input tokens'),
  output_price: amount.describe('price of a million output tokens'),
});

export type TeacherEndpoint = z.output<typeof teacher>;

/** Trains a smaller model on a larger one's distributions, for given answers and for its own. */
export const options = z
  .strictObject({
    teacher_model: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('folder or name of the teacher; it must have the same tokenizer'),
    teacher: teacher
      .nullable()
      .default(null)
      .describe('a teacher at an endpoint that returns log-probabilities: {endpoint: https://HOST/v1, model: NAME}'),
    beta: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('0: cover everything that the teacher would say; 1: say nothing that it would not'),
    temperature: z
      .number()
      .positive()
      .default(0.9)
      .describe('temperature of sampling and of both distributions; with a teacher at an endpoint, of sampling only'),
    lmbda: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("share of rows trained on answers sampled from the model instead of the row's answer"),
    max_completion_length: z.int().positive().default(128).describe('maximum tokens of a sampled answer'),
  })
  .check(({ value, issues }) => {
    const { teacher_model: folder, teacher: endpoint } = value;
    if ((folder === null) !== (endpoint === null)) return;
    const message = folder === null ? 'is required, or teacher: {endpoint, model}' : 'and teacher cannot both be set';
    issues.push({ code: 'custom', message, path: ['teacher_model'], input: folder });
  });

export type GkdOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./gkd.ts'),
});
