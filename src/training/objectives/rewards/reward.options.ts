import { z } from 'zod';
import { asksModel, modelGraderSchema } from '../../../scoring/graders/model-grader.options.ts';

const column = z.string().min(1).default('answer').describe("the row's column with the right answer");

const positive = z.number().positive();

/** Endpoint and budget of a judge model. */
const endpoint = {
  endpoint: z.url({ protocol: /^https?$/ }).describe('base URL including the version: https://HOST/v1'),
  key_variable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .default('OPENAI_API_KEY')
    .describe('environment variable that holds the key'),
  concurrency: z.int().positive().default(4).describe('parallel requests'),
  max_new_tokens: z.int().positive().default(1024).describe("maximum tokens of a judge's answer"),
  max_tokens: z
    .int()
    .positive()
    .optional()
    .describe('total token budget, input and output; the run stops when it is used up'),
  max_cost: positive.optional().describe('total spending limit; the run stops when it is reached; needs prices'),
  input_price: z.number().min(0).optional().describe('price of a million input tokens'),
  output_price: z.number().min(0).optional().describe('price of a million output tokens'),
};

const judge = z.strictObject({
  rule: z.literal('judge'),
  ...endpoint,
  model: z.string().min(1).describe('name of the judge at the endpoint'),
  instruction: z.string().min(1).optional().describe('the criterion, in a sentence'),
  against: z.string().min(1).optional().describe('column with an answer to compare with, in both orders'),
  scale: z
    .tuple([z.int(), z.int()])
    .refine(([low, high]) => low < high, 'the lower end of the scale comes first')
    .default([1, 5])
    .describe('rating scale, for judging without a reference'),
});

const grader = z
  .strictObject({ rule: z.literal('grader'), grader: modelGraderSchema, ...z.object(endpoint).partial().shape })
  .check(({ value, issues }) => {
    if (!asksModel(value.grader) || value.endpoint !== undefined) return;
    const message = 'is required: score_model and label_model query a model there';
    issues.push({ code: 'custom', message, path: ['endpoint'], input: value.endpoint });
  });

const rewardModel = z.strictObject({
  rule: z.literal('reward_model'),
  model: z.string().min(1).describe('folder or name of a scoring model, a classifier, or a process reward model'),
  label: z.string().min(1).optional().describe('for a classifier: the class whose probability is the reward'),
  reads: z
    .enum(['conversation', 'answer'])
    .default('conversation')
    .describe('input of the model: prompt and answer, or the answer alone'),
  steps: z
    .enum(['min', 'product', 'last', 'mean'])
    .optional()
    .describe('for a process reward model: how step scores become the reward (default: min)'),
  step_separator: z
    .string()
    .min(1)
    .optional()
    .describe("for a process reward model: the separator between steps (default: the model's own, or a new line)"),
});

const code = z.strictObject({
  rule: z.literal('code'),
  language: z.enum(['javascript', 'python']).default('javascript').describe('language of the code in answers'),
  column: z.string().min(1).default('tests').describe('column of the row with a test or a list of tests'),
  timeout: positive.default(10).describe('seconds for all tests of a row, divided equally among them'),
  memory_mb: z.int().min(16).default(256).describe('memory limit of the code in MiB'),
  allow_unisolated: z
    .boolean()
    .default(false)
    .describe('run code even if bubblewrap cannot isolate it from files, network and processes'),
});

/** Rewards that need no code by the user. */
export const rewardRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('exact'), column }),
  z.strictObject({ rule: z.literal('regex'), pattern: z.string().min(1) }),
  z.strictObject({ rule: z.literal('json_schema'), schema: z.record(z.string(), z.json()) }),
  z.strictObject({ rule: z.literal('numeric'), column, tolerance: z.number().min(0).default(1e-6) }),
  z.strictObject({
    rule: z.literal('edit_distance'),
    column,
    unit: z.enum(['characters', 'words']).default('characters'),
  }),
  z.strictObject({ rule: z.literal('length'), most: z.int().positive() }),
  code,
  grader,
  judge,
  rewardModel,
]);

export type RewardRule = z.output<typeof rewardRule>;
export type JudgeReward = z.output<typeof judge>;
export type ModelReward = z.output<typeof rewardModel>;
export type CodeReward = z.output<typeof code>;
/** Rules that need nothing but the row and the answer. */
export type CodelessRule = Exclude<RewardRule, JudgeReward | ModelReward | CodeReward>;
export type EndpointSettings = Pick<JudgeReward, keyof typeof endpoint>;

const named = z.enum(['exact', 'numeric', 'edit_distance']).transform((rule) => rewardRule.parse({ rule }));
const reference = z.string().regex(/^(?:\.{1,2}\/|\/).+\.(?:ts|mts|js|mjs)#[A-Za-z_$][\w$]*$/);

/** One reward: one of the user's functions, or a rule. */
export const rewardSpec = z.union([named, rewardRule, reference], {
  error:
    'expected ./rewards.ts#name, exact, numeric, edit_distance, or ' +
    '{rule: exact|regex|json_schema|numeric|edit_distance|length|code|grader|judge|reward_model, …}',
});

export type RewardSpec = z.output<typeof rewardSpec>;
