import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { rewardSpec } from './rewards/reward.options.ts';
import { toolOptions } from './tools/tool.options.ts';

const positive = z.number().positive();

/** How answers are sampled and scored, which all objectives with rollouts have. */
export const rolloutOptions = {
  reward_funcs: z
    .union([rewardSpec.transform((spec) => [spec]), z.array(rewardSpec).min(1)], {
      error: 'expected ./rewards.ts#name or a rule such as exact, or a list of these',
    })
    .describe('what scores answers: ./rewards.ts#name, exact, numeric, edit_distance, or {rule: regex, pattern: …}'),
  reward_weights: z.array(z.number()).min(1).nullable().default(null).describe('weights of several rewards; 1 each'),
  reward_timeout: positive.default(60).describe('seconds that a reward function may take for an answer'),
  held_out_reward_funcs: z
    .array(rewardSpec)
    .default([])
    .describe('rewards that are measured on validation rows and never trained on, as a watch on the others'),
  ...toolOptions,
  num_generations: z.int().min(2).default(8).describe('answers to each prompt, which are compared with each other'),
  max_completion_length: z.int().positive().default(256).describe('longest answer, in tokens'),
  temperature: positive.default(1).describe('of sampling, and of the probabilities that are trained'),
  top_p: z.number().positive().max(1).default(1).describe('sample among the likeliest tokens of this share'),
  top_k: z.int().min(0).default(0).describe('sample among this many of the most likely tokens; 0: all'),
  min_p: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("leave out tokens below this share of the likeliest one's probability"),
  repetition_penalty: positive.default(1).describe('above 1: tokens that have come already are less likely'),
  num_iterations: z.int().positive().default(1).describe('times that the same answers are trained on'),
  steps_per_generation: z.int().positive().default(1).describe('updates that the answers of a step are divided over'),
  mask_truncated_completions: z.boolean().default(false).describe('do not train on answers that were cut'),
  epsilon: positive
    .default(0.2)
    .describe('how far the ratio of new to old probabilities may fall before it is clipped'),
  epsilon_high: positive.nullable().default(null).describe('how far it may rise; as epsilon unless given'),
  beta: z.number().min(0).default(0).describe('weight of the distance to the reference; 0: none is needed'),
  ref_model: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('folder or name of the reference; the base model unless given'),
};

/** Checks the rewards' weights. @throws never: problems are noted */
export function checkWeights<
  Values extends { reward_funcs: readonly unknown[]; reward_weights: readonly number[] | null },
>({ value, issues }: { value: Values; issues: z.core.$ZodRawIssue[] }): void {
  const { reward_funcs: functions, reward_weights: weights } = value;
  if (weights === null || weights.length === functions.length) return;
  const message = `must have ${functions.length} numbers, one for each of reward_funcs`;
  issues.push({ code: 'custom', message, path: ['reward_weights'], input: weights });
}

/** Answers that are sampled, scored and compared with each other. */
export const options = z
  .strictObject({
    ...rolloutOptions,
    loss_type: z
      .enum(['dapo', 'grpo', 'bnpo', 'dr_grpo', 'cispo', 'sapo', 'luspo', 'vespo'])
      .default('dapo')
      .describe("TRL's names: what the loss is a mean over, and how ratios are bounded"),
    scale_rewards: z
      .enum(['group', 'batch', 'none'])
      .default('group')
      .describe('whose deviation differences of rewards are divided by'),
    importance_sampling_level: z
      .enum(['token', 'sequence', 'sequence_token'])
      .default('token')
      .describe('ratios of tokens, of whole answers (GSPO), or of these with gradients of tokens'),
    multi_objective_aggregation: z
      .enum(['sum_then_normalize', 'normalize_then_sum'])
      .default('sum_then_normalize')
      .describe('of several rewards: compare their sum, or each by itself (GDPO)'),
    delta: positive.nullable().default(null).describe('upper bound of ratios that are not clipped; above 1 + epsilon'),
    top_entropy_quantile: z
      .number()
      .positive()
      .max(1)
      .default(1)
      .describe('train on this share of the tokens, those with the highest entropy'),
    use_bias_correction_kl: z.boolean().default(false).describe('weigh the distance to the reference by the ratio'),
    off_policy_mask_threshold: z
      .number()
      .nullable()
      .default(null)
      .describe('leave out bad answers that the model has moved away from by more than this'),
    sapo_temperature_pos: positive.default(1).describe('of sapo, for good answers'),
    sapo_temperature_neg: positive.default(1.05).describe('of sapo, for bad answers'),
  })
  .check(checkWeights);

export type GrpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./grpo.ts'),
});
