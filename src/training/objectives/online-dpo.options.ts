import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { checkWeights, rolloutOptions } from './grpo.options.ts';

const { reward_funcs, reward_weights, reward_timeout, held_out_reward_funcs, max_completion_length } = rolloutOptions;
const { temperature, top_p, top_k, min_p, repetition_penalty, ref_model } = rolloutOptions;

/** Sampling and scoring for objectives that fix the number of answers. */
export const samplingOptions = {
  reward_funcs,
  reward_weights,
  reward_timeout,
  held_out_reward_funcs,
  max_completion_length,
  temperature,
  top_p,
  top_k,
  min_p,
  repetition_penalty,
  ref_model,
};

/** Trains on pairs of the model's own answers; the one with the higher reward is chosen. */
export const options = z
  .strictObject({
    ...samplingOptions,
    beta: z.number().positive().default(0.1).describe('how strongly the model is tied to the reference'),
    loss_type: z.enum(['sigmoid', 'ipo']).default('sigmoid').describe('loss type, as for dpo'),
  })
  .check(checkWeights);

export type OnlineDpoOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./online-dpo.ts'),
});
