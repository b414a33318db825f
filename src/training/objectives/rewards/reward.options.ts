import { z } from 'zod';
import { asksModel, modelGraderSchema } from '../../../scoring/graders/model-grader.options.ts';

const column = z.string().min(1).default('answer').describe("the row's column with the right answer");

const positive = z.number().positive();

/** Where a model that judges is asked, and what may be spent on it. */
const endpoint = {
  endpoint: z.url({ protocol: /^https?$/ }).describe('address up to and with the version: https://HOST/v1'),
  key_variable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .default('OPENAI_API_KEY')
    .describe('environment variable that holds the key'),
  concurrency: z.int().positive().default(4).describe('requests at once'),
  max_new_tokens: z.int().positive().default(1024).describe('longest answer of the judge'),
  max_tokens: z.int().positive().optional().describe('tokens in all, read and written, after which the run stops'),
  max_cost: positive.optional().describe('money in all, after which the run stops; needs prices'),
  input_price: z.number().min(0).optional().describe('of a million tokens read'),
  output_price: z.number().min(0).optional().describe('of a million tokens written'),
};

const judge = z.strictObject({
  rule: z.literal('judge'),
  ...endpoint,
  model: z.string().min(1).describe("the judge's name at the endpoint"),
  instruction: z.string().min(1).optional().describe('what counts, in a sentence'),
  against: z.string().min(1).optional().describe('a column with an answer to compare with, in both orders'),
  scale: z
    .tuple([z.int(), z.int()])
    .refine(([low, high]) => low < high, 'the first end is the lower one')
    .default([1, 5])
    .describe('for ratings without a reference'),
});

const grader = z
  .strictObject({ rule: z.literal('grader'), grader: modelGraderSchema, ...z.object(endpoint).partial().shape })
  .check(({ value, issues }) => {
    if (!asksModel(value.grader) || value.endpoint !== undefined) return;
    const message = 'is needed: score_model and label_model ask a model there';
    issues.push({ code: 'custom', message, path: ['endpoint'], input: value.endpoint });
  });

const rewardModel = z.strictObject({
  rule: z.literal('reward_model'),
  model: z
    .string()
    .min(1)
    .describe('folder or name of a model with one score, of a classifier, or of a model that judges steps'),
  label: z.string().min(1).optional().describe('of a classifier: the class whose probability is the reward'),
  reads: z
    .enum(['conversation', 'answer'])
    .default('conversation')
    .describe('what it is shown: prompt and answer, or the answer alone'),
  steps: z
    .enum(['min', 'product', 'last', 'mean'])
    .optional()
    .describe("of a model that judges steps: what of their scores is the answer's; min unless given"),
  step_separator: z
    .string()
    .min(1)
    .optional()
    .describe('of a model that judges steps: what stands between them; as the model says it, or a new line'),
});

const code = z.strictObject({
  rule: z.literal('code'),
  language: z.enum(['javascript', 'python']).default('javascript').describe('of the code in answers'),
  column: z.string().min(1).default('tests').describe("the row's column with a test, or a list of them"),
  timeout: positive.default(10).describe("seconds for all of a row's tests, each an equal part"),
  memory_mb: z.int().min(16).default(256).describe('MiB that the code may allocate'),
  allow_unisolated: z
    .boolean()
    .default(false)
    .describe('runs code also where bubblewrap cannot isolate it from files, network and processes'),
});

/** Rewards that need no code of the user's. */
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
/** Those that answer at once, by nothing but row and answer. */
export type CodelessRule = Exclude<RewardRule, JudgeReward | ModelReward | CodeReward>;
export type EndpointSettings = Pick<JudgeReward, keyof typeof endpoint>;

const named = z.enum(['exact', 'numeric', 'edit_distance']).transform((rule) => rewardRule.parse({ rule }));
const reference = z.string().regex(/^(?:\.{1,2}\/|\/).+\.(?:ts|mts|js|mjs)#[A-Za-z_$][\w$]*$/);

/** One reward: a function of the user's, or a rule. */
export const rewardSpec = z.union([named, rewardRule, reference], {
  error:
    'expected ./rewards.ts#name, exact, numeric, edit_distance, or ' +
    '{rule: exact|regex|json_schema|numeric|edit_distance|length|code|grader|judge|reward_model, …}',
});

export type RewardSpec = z.output<typeof rewardSpec>;
