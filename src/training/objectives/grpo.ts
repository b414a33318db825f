import type { Processor } from '../objective.ts';
import { groupAdvantages, separateAdvantages, summedRewards, type Rewards } from './advantages.ts';
import type { GrpoOptions } from './grpo.options.ts';
import { policyObjective } from './policy.ts';
import { sampledParts } from './sampled-objective.ts';

/**
 * Group-relative policy optimisation (Shao et al., 2024) and its variants: samples several answers per prompt, scores
 * them, and raises or lowers their probabilities by comparing them.
 */
export function create(options: GrpoOptions, processor: Processor): ReturnType<typeof policyObjective> {
  const advantages = (rewards: readonly Rewards[], weights: readonly number[]): number[] => {
    const groupSize = options.num_generations;
    if (options.multi_objective_aggregation === 'normalize_then_sum')
      return separateAdvantages(rewards, weights, { groupSize });
    return groupAdvantages(summedRewards(rewards, weights), { groupSize, scale: options.scale_rewards });
  };
  const loss = {
    lossType: options.loss_type,
    level: options.importance_sampling_level,
    epsilon: options.epsilon,
    // CISPO bounds the ratio itself.
    epsilonHigh: options.epsilon_high ?? (options.loss_type === 'cispo' ? 1 + options.epsilon : options.epsilon),
    delta: options.delta ?? undefined,
    beta: options.beta,
    correctsKl: options.use_bias_correction_kl,
    sapo: { positive: options.sapo_temperature_pos, negative: options.sapo_temperature_neg },
    offPolicyThreshold: options.off_policy_mask_threshold ?? undefined,
    maxCompletionLength: options.max_completion_length,
  };
  const settings = { ...options, advantages, loss, entropyShare: options.top_entropy_quantile };
  return policyObjective(sampledParts(settings, processor));
}
