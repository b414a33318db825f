import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { checkWeights, rolloutOptions } from './grpo.options.ts';

const positive = z.number().positive();
const share = z.number().min(0).max(1);
const {
  num_iterations: _iterations,
  steps_per_generation: _updates,
  mask_truncated_completions: _truncated,
  epsilon: _epsilon,
  epsilon_high: _epsilonHigh,
  beta: _beta,
  ...sampling
} = rolloutOptions;

/** Samples and scores answers, with a value head as the baseline of each token. */
export const options = z
  .strictObject({
    ...sampling,
    num_generations: z.int().positive().default(1).describe('answers sampled per prompt'),
    num_ppo_epochs: z.int().positive().default(4).describe('training passes over the same answers'),
    num_mini_batches: z.int().positive().default(1).describe('updates per step, each on a part of its answers'),
    kl_coef: z.number().min(0).default(0.05).describe('weight of the KL divergence from the reference, in the reward'),
    kl_estimator: z.enum(['k1', 'k3']).default('k1').describe('estimator of that divergence; k3 is never negative'),
    whiten_rewards: z
      .boolean()
      .default(false)
      .describe('divide rewards by their standard deviation over all answers of a step'),
    cliprange: positive.default(0.2).describe('how far the ratio of new to old probabilities may move'),
    vf_coef: z.number().min(0).default(0.1).describe("weight of the value head's loss"),
    value_lr_ratio: positive
      .default(10)
      .describe("learning rate of the value head as a multiple of the policy's: it starts at 0 and has to catch up"),
    cliprange_value: positive.default(0.2).describe('how far a value may move from its old estimate'),
    gamma: share.default(1).describe('discount of rewards per token'),
    lam: share.default(0.95).describe('lambda of generalised advantage estimation (GAE)'),
    missing_eos_penalty: positive.nullable().default(null).describe('penalty on the reward of truncated answers'),
  })
  .check(checkWeights);

export type PpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./ppo.ts'),
});
