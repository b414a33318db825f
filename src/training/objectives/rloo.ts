import type { Processor } from '../objective.ts';
import { leaveOneOutAdvantages, summedRewards } from './advantages.ts';
import { policyObjective } from './policy.ts';
import type { RlooOptions } from './rloo.options.ts';
import { sampledParts } from './sampled-objective.ts';

/**
 * REINFORCE with a leave-one-out baseline (Ahmadian et al., 2024): whole answers are actions, and the KL penalty is
 * part of the reward.
 */
export function create(options: RlooOptions, processor: Processor): ReturnType<typeof policyObjective> {
  const { beta, epsilon, num_generations: groupSize } = options;
  return policyObjective(
    sampledParts(
      {
        ...options,
        advantages: (rewards, weights, penalties) => {
          const sums = summedRewards(rewards, weights).map((sum, i) => (sum === null ? null : sum - penalties[i]));
          return leaveOneOutAdvantages(sums, groupSize, options.normalize_advantages);
        },
        rewardBeta: beta,
        loss: {
          lossType: 'grpo',
          level: 'sequence_sum',
          epsilon,
          epsilonHigh: options.epsilon_high ?? epsilon,
          beta: 0,
          maxCompletionLength: options.max_completion_length,
        },
        entropyShare: 1,
      },
      processor,
    ),
  );
}
