import { asksModel } from '../../../scoring/graders/model-grader.options.ts';
import type { ReferenceHashes } from '../../reference.ts';
import type { OpenRewardModel } from '../../reward-model.ts';
import { codeScorer } from './code/code-reward.ts';
import { checkedReward, rewardFailure } from './failures.ts';
import { graderScorer, judgeScorer } from './judge-reward.ts';
import type { PlacedSample, Reward, Scorer } from './reward.ts';
import type { CodelessRule, EndpointSettings, ModelReward, RewardSpec } from './reward.options.ts';
import { ruleReward } from './rules.ts';
import { ThreadScorer } from './thread-scorer.ts';

export interface ScorerOptions {
  hashes: ReferenceHashes;
  /** Time limit of a function per answer, in seconds. */
  timeout: number;
  rewardModel?: OpenRewardModel;
}

/** Scorer for a recipe's reward. The user's functions run in a separate thread. */
export function createScorer(spec: RewardSpec, options: ScorerOptions): Scorer {
  if (typeof spec === 'string') return new ThreadScorer(spec, options);
  if (spec.rule === 'judge') return judgeScorer(spec);
  if (spec.rule === 'grader' && asksModel(spec.grader)) return graderScorer(spec.grader, spec as EndpointSettings);
  if (spec.rule === 'code') return codeScorer(spec);
  if (spec.rule !== 'reward_model') return ruleScorer(spec);
  if (options.rewardModel === undefined) throw new Error('this objective needs reward models');
  return modelScorer(spec, options.rewardModel);
}

function modelScorer(spec: ModelReward, open: OpenRewardModel): Scorer {
  const model = open(spec);
  const name = 'reward_model';
  return {
    name,
    ready: () => model.open(),
    async score(samples) {
      const scores = await model.score(samples);
      return samples.map((sample, i) => checkedReward(name, scores[i], sample));
    },
    dispose: () => model.dispose(),
  };
}

function ruleScorer(spec: CodelessRule): Scorer {
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
