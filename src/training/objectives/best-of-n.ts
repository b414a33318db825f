// G answers to each prompt
import type { Metrics } from '../../base/events.ts';
import type { PromptExample } from '../../data/example.ts';
import type { TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Objective, Processor } from '../objective.ts';
import type { Produced, StepContext } from '../produce.ts';
import { groupsOf, meanOf, summedRewards } from './advantages.ts';
import type { BestOfNOptions } from './best-of-n.options.ts';
import { groupRows, largestGroup, type PromptRow } from './group-rows.ts';
import { countTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import { nextTokenLoss } from './next-token.ts';
import { scoredRollouts, weightsOf, type SampledParts } from './produce-rollouts.ts';
import { sampledObjective, sampledParts } from './sampled-objective.ts';

/** Rejection sampling and fine-tuning on the selected answers (as in RAFT; Dong et al., 2023), repeated at each step. */
export function create(options: BestOfNOptions, processor: Processor): Objective<PromptExample, PromptRow, TextsRow> {
  const parts = sampledParts(options, processor);
  return {
    ...sampledObjective(parts, {
      needsReference: false,
      produce: (rows, step) => bestAnswers(rows, step, { ...parts, least: options.reward_threshold }),
      largest: (row) => largestGroup(row, { answers: 1, length: options.max_completion_length }),
    }),
    unit: 'tokens',
    counts: countTokens,
    loss: nextTokenLoss,
  };
}

/** The best answer to each prompt, if its answers differ and the best is good enough. */
async function bestAnswers(
  rows: readonly PromptRow[],
  step: StepContext,
  { least, ...parts }: SampledParts & { least: number | null },
): Promise<Produced<TextsRow>> {
  const { rollouts, rewards, metrics } = await scoredRollouts(rows, step, parts);
  const sums = summedRewards(rewards, weightsOf(parts.settings));
  const scored = rollouts.flatMap((rollout, i) => ({ ...rollout, isTrained: true, reward: sums[i] ?? -Infinity }));
  const best = groupsOf(scored, parts.settings.num_generations).flatMap((group) => {
    const order = group.toSorted((a, b) => b.reward - a.reward);
    const [first] = order;
    const isKept = first.reward > order.at(-1)!.reward && first.reward >= (least ?? -Infinity);
    return isKept && first.ids.length > 0 ? [first] : [];
  });
  const update = best.flatMap((rollout) => groupRows([rollout], Number.POSITIVE_INFINITY));
  const found: Metrics = { ...metrics, 'best/kept': best.length / Math.max(1, rows.length) };
  if (best.length === 0) return { updates: [], metrics: found };
  return { updates: [update], metrics: { ...found, 'best/reward': meanOf(best.map(({ reward }) => reward)) } };
}
