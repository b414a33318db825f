// R prompts with two answers each
import type { Objective, Processor } from '../objective.ts';
import type { Produced, StepContext } from '../produce.ts';
import { groupsOf, summedRewards } from './advantages.ts';
import { create as createDpo, type PairRow } from './dpo.ts';
import { method as dpo, type DpoOptions } from './dpo.options.ts';
import { groupRows, largestGroup, type PromptRow } from './group-rows.ts';
import type { OnlineDpoOptions } from './online-dpo.options.ts';
import { scoredRollouts, weightsOf, type SampledParts } from './produce-rollouts.ts';
import { sampledObjective, sampledParts } from './sampled-objective.ts';
import type { PromptExample } from '../../data/example.ts';

/**
 * Online direct preference optimisation (Guo et al., 2024): samples two answers per prompt, chooses the one with the
 * higher reward, and applies a DPO loss.
 */
export function create(options: OnlineDpoOptions, processor: Processor): Objective<PromptExample, PromptRow, PairRow> {
  const { beta, loss_type, ref_model } = options;
  const pairs = createDpo(dpo.settle({ beta, loss_type, ref_model }) as DpoOptions, processor);
  const parts = sampledParts({ ...options, num_generations: 2 }, processor);
  const { collate, counts, unit, loss } = pairs;
  return {
    ...sampledObjective(parts, {
      needsReference: true,
      produce: (rows, step) => chosenPairs(rows, step, parts),
      largest: (row) => largestGroup(row, { answers: 2, length: options.max_completion_length }),
    }),
    collate,
    counts,
    unit,
    loss,
  };
}

/** One pair per prompt whose answers differ in reward. */
async function chosenPairs(
  rows: readonly PromptRow[],
  step: StepContext,
  parts: SampledParts,
): Promise<Produced<PairRow>> {
  const { rollouts, rewards, metrics } = await scoredRollouts(rows, step, parts);
  const sums = summedRewards(rewards, weightsOf(parts.settings));
  const scored = rollouts.map((rollout, i) => ({ ...rollout, isTrained: true, reward: sums[i] }));
  const pairs = groupsOf(scored, 2).filter(([a, b]) => a.reward !== null && b.reward !== null && a.reward !== b.reward);
  const update = pairs.flatMap((pair) => {
    const ordered = pair.toSorted((a, b) => b.reward! - a.reward!);
    return groupRows(ordered, Number.POSITIVE_INFINITY);
  });
  const tied = 1 - pairs.length / Math.max(1, rows.length);
  return { updates: update.length === 0 ? [] : [update], metrics: { ...metrics, 'pairs/tied': tied } };
}
