import type { PolicySettings } from './policy.ts';

type Sampled = Pick<
  PolicySettings,
  | 'reward_funcs'
  | 'reward_weights'
  | 'reward_timeout'
  | 'held_out_reward_funcs'
  | 'max_completion_length'
  | 'temperature'
  | 'top_p'
  | 'top_k'
  | 'min_p'
  | 'repetition_penalty'
> & { ref_model?: string | null };

/** Settings of objectives that sample and score answers and have a loss of their own. */
export function onlineSettings(
  options: Sampled,
  { answers, needsReference }: { answers: number; needsReference: boolean },
): PolicySettings {
  return {
    ...options,
    ref_model: options.ref_model ?? null,
    num_generations: answers,
    num_iterations: 1,
    steps_per_generation: 1,
    mask_truncated_completions: false,
    advantages: () => [],
    // Of this loss only the distance to the reference counts: it says whether there is to be one.
    loss: {
      lossType: 'dapo',
      level: 'token',
      epsilon: 0.2,
      epsilonHigh: 0.2,
      beta: needsReference ? 1 : 0,
      maxCompletionLength: 1,
    },
    entropyShare: 1,
  };
}
