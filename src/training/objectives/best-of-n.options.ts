import { z } from 'zod';
import { defineObjective } from '../define-objective.ts';
import { checkWeights, rolloutOptions } from './grpo.options.ts';

const { reward_funcs, reward_weights, reward_timeout, held_out_reward_funcs, num_generations } = rolloutOptions;
const { tools, tool_timeout, max_tool_calling_iterations } = rolloutOptions;
const { max_completion_length, temperature, top_p, top_k, min_p, repetition_penalty } = rolloutOptions;

/** Samples several answers to each prompt and trains on the best one. */
export const options = z
  .strictObject({
    reward_funcs,
    reward_weights,
    reward_timeout,
    held_out_reward_funcs,
    tools,
    tool_timeout,
    max_tool_calling_iterations,
    num_generations,
    max_completion_length,
    temperature,
    top_p,
    top_k,
    min_p,
    repetition_penalty,
    reward_threshold: z
      .number()
      .nullable()
      .default(null)
      .describe('skip answers with a lower reward than this, even if they are the best'),
  })
  .check(checkWeights);

export type BestOfNOptions = z.output<typeof options>;

export const method = defineObjective({
  options,
  run: () => import('./best-of-n.ts'),
});
