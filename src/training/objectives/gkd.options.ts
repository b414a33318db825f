import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';

const positive = z.number().positive();
const amount = z.number().min(0).optional();

/** A teacher behind an endpoint that says log-probabilities. */
const teacher = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).describe('address up to and with the version: https://HOST/v1'),
  model: z.string().min(1).describe("the teacher's name at the endpoint"),
  top_k: z
    .int()
    .min(1)
    .default(20)
    .describe('most likely teacher tokens used at each position; all others count as one'),
  key_variable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .default('OPENAI_API_KEY')
    .describe('environment variable that holds the key'),
  concurrency: z.int().positive().default(4).describe('requests at once'),
  timeout: positive.default(120).describe('seconds for one answer'),
  max_tokens: z.int().positive().optional().describe('tokens in all, after which the run stops'),
  max_cost: positive.optional().describe('money in all, after which the run stops; needs prices'),
  input_price: amount.describe('of a million tokens read'),
  output_price: amount.describe('of a million tokens written'),
});

export type TeacherEndpoint = z.output<typeof teacher>;

/** A smaller model learns the distributions of a larger one, on given answers and on its own. */
export const options = z
  .strictObject({
    teacher_model: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('folder or name of the model to learn from; its tokenizer must be the same'),
    teacher: teacher
      .nullable()
      .default(null)
      .describe('in its place: {endpoint: https://HOST/v1, model: NAME}, which says log-probabilities of tokens'),
    beta: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('0: cover what the teacher says; 1: say nothing that it would not'),
    temperature: z
      .number()
      .positive()
      .default(0.9)
      .describe('of sampling, and of both distributions; of sampling alone with a teacher at an endpoint'),
    lmbda: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("share of the rows answered by the model itself, in place of the row's answer"),
    max_completion_length: z.int().positive().default(128).describe('longest answer of its own, in tokens'),
  })
  .check(({ value, issues }) => {
    const { teacher_model: folder, teacher: endpoint } = value;
    if ((folder === null) !== (endpoint === null)) return;
    const message =
      folder === null ? 'is needed, or teacher: {endpoint, model}' : 'and teacher cannot both be the teacher';
    issues.push({ code: 'custom', message, path: ['teacher_model'], input: folder });
  });

export type GkdOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./gkd.ts'),
});
