import type { ReferenceHashes } from '../../../train/reference.ts';
import { checkedReward, rewardFailure } from './failures.ts';
import type { PlacedSample, Reward, Scorer } from './reward.ts';
import type { RewardSpec } from './reward.options.ts';
import { ruleReward } from './rules.ts';
import { ThreadScorer } from './thread-scorer.ts';

export interface ScorerOptions {
  hashes: ReferenceHashes;
  /** Seconds that a function may take for one answer. */
  timeout: number;
}

/** What a recipe names, ready to score. Functions of the user's run in a thread of their own. */
export function createScorer(spec: RewardSpec, options: ScorerOptions): Scorer {
  if (typeof spec === 'string') return new ThreadScorer(spec, options);
  const reward = ruleReward(spec);
  return {
    name: spec.rule,
    // oxlint-disable-next-line typescript/require-await -- as the others
    score: async (samples) => samples.map((sample): Reward => scored(spec.rule, () => reward(sample), sample)),
  };
}

function scored(name: string, body: () => unknown, sample: PlacedSample): Reward {
  try {
    return checkedReward(name, body(), sample);
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AttuneError') throw error;
    const fix = 'name the column with the right answer: {rule: …, column: YOUR_COLUMN}';
    throw rewardFailure('E_REWARD_FAILED', { name, what: 'failed', got: error.message, fix }, sample);
  }
}
