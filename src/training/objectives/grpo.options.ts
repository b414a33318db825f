import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { rewardSpec } from './rewards/reward.options.ts';
import { toolOptions } from './tools/tool.options.ts';

const positive = z.number().positive();

/** Sampling and scoring of answers, shared by all objectives with rollouts. */
export const rolloutOptions = {
  reward_funcs: z
    .union([rewardSpec.transform((spec) => [spec]), z.array(rewardSpec).min(1)], {
      error: 'expected ./rewards.ts#name or a rule such as exact, or a list of these',
    })
    .describe(
      'reward functions for answers: ./rewards.ts#name, exact, numeric, edit_distance, or {rule: regex, pattern: …}',
    ),
  reward_weights: z
    .array(z.number())
    .min(1)
    .nullable()
    .default(null)
    .describe('weights of several rewards (default: 1 each)'),
  reward_timeout: positive.default(60).describe('timeout of a reward function per answer, in seconds'),
  held_out_reward_funcs: z
    .array(rewardSpec)
    .default([])
    .describe('rewards that are only measured, on validation rows, as a check on the trained ones'),
  ...toolOptions,
  num_generations: z.int().min(2).default(8).describe('answers sampled per prompt, to be compared with each other'),
  max_completion_length: z.int().positive().default(256).describe('maximum tokens of an answer'),
  temperature: positive.default(1).describe('temperature of sampling and of the trained probabilities'),
  top_p: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('nucleus sampling: keep the likeliest tokens with this total probability'),
  top_k: z.int().min(0).default(0).describe('sample from this many of the likeliest tokens; 0: all'),
  min_p: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("drop tokens below this share of the likeliest token's probability"),
  repetition_penalty: positive.default(1).describe('above 1: makes tokens that already occurred less likely'),
  num_iterations: z.int().positive().default(1).describe('training passes over the same answers'),
  steps_per_generation: z.int().positive().default(1).describe('updates per step, each on a part of its answers'),
  mask_truncated_completions: z.boolean().default(false).describe('skip truncated answers'),
  epsilon: positive
    .default(0.2)
    .describe('how far the ratio of new to old probabilities may fall before it is clipped'),
  epsilon_high: positive.nullable().default(null).describe('how far the ratio may rise (default: as epsilon)'),
  beta: z
    .number()
    .min(0)
    .default(0)
    .describe('weight of the KL divergence from the reference; 0: no reference is needed'),
  ref_model: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('folder or name of the reference (default: the base model)'),
};

/** Checks the number of reward weights. @throws never: adds problems instead */
export function checkWeights<
  Values extends { reward_funcs: readonly unknown[]; reward_weights: readonly number[] | null },
>({ value, issues }: { value: Values; issues: z.core.$ZodRawIssue[] }): void {
  const { reward_funcs: functions, reward_weights: weights } = value;
  if (weights === null || weights.length === functions.length) return;
  const message = `must have ${functions.length} numbers, one for each of reward_funcs`;
  issues.push({ code: 'custom', message, path: ['reward_weights'], input: weights });
}

/** Samples several answers per prompt, scores them and compares them within their group. */
export const options = z
  .strictObject({
    ...rolloutOptions,
    loss_type: z
      .enum(['dapo', 'grpo', 'bnpo', 'dr_grpo', 'cispo', 'sapo', 'luspo', 'vespo'])
      .default('dapo')
      .describe('loss type as named in TRL: what is averaged over, and how ratios are bounded'),
    scale_rewards: z
      .enum(['group', 'batch', 'none'])
      .default('group')
      .describe('standard deviation that reward differences are divided by: of the group, the batch or none'),
    importance_sampling_level: z
      .enum(['token', 'sequence', 'sequence_token'])
      .default('token')
      .describe('ratios per token, per answer (GSPO), or per answer with token gradients'),
    multi_objective_aggregation: z
      .enum(['sum_then_normalize', 'normalize_then_sum'])
      .default('sum_then_normalize')
      .describe('with several rewards: normalise their sum, or each of them (GDPO)'),
    delta: positive
      .nullable()
      .default(null)
      .describe('cap on ratios that epsilon leaves unclipped (two-sided clipping); above 1 + epsilon'),
    top_entropy_quantile: z
      .number()
      .positive()
      .max(1)
      .default(1)
      .describe('train only on this share of tokens, those with the highest entropy'),
    use_bias_correction_kl: z.boolean().default(false).describe('weight the KL divergence by the ratio'),
    off_policy_mask_threshold: z
      .number()
      .nullable()
      .default(null)
      .describe('skip bad answers that the model has moved away from by more than this'),
    sapo_temperature_pos: positive.default(1).describe('temperature of sapo for good answers'),
    sapo_temperature_neg: positive.default(1.05).describe('temperature of sapo for bad answers'),
  })
  .check(checkWeights);

export type GrpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./grpo.ts'),
});
