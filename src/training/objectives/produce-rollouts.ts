// G answers to each prompt
import { greatest, smallest } from '../../base/many.ts';
import type { Metrics } from '../../base/events.ts';
import { shuffled } from '../../base/random.ts';
import type { EvaluationResult } from '../evaluate-losses.ts';
import type { Processor, EvaluatedAnswer } from '../objective.ts';
import type { Produced, StepContext } from '../produce.ts';
import { deviationOf, groupsOf, meanOf, summedRewards, type Rewards } from './advantages.ts';
import {
  groupRows,
  trainedLengths,
  withAdvantages,
  type TrainedRollout,
  type PolicyRow,
  type SampledRow,
  type Rollout,
  type PromptRow,
} from './group-rows.ts';
import { ofAllRows, tokensOfRows } from './known-tokens.ts';
import { habitsOf } from './rewards/habits.ts';
import type { Scorer } from './rewards/reward.ts';
import { rollOut, sampleOf, writtenIds, type SamplingSettings } from './rollouts.ts';
import type { TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { RewardSpec } from './rewards/reward.options.ts';
import type { RolloutTools, ToolSettings } from './tools/rollout-tools.ts';
import type { PolicyOptions } from './policy-losses.ts';

export interface PolicySettings extends SampledSettings {
  num_iterations: number;
  steps_per_generation: number;
  mask_truncated_completions: boolean;
  /** Computes advantages from each function's rewards; `penalties` are subtracted from each answer's reward. */
  advantages(rewards: readonly Rewards[], weights: readonly number[], penalties: readonly number[]): number[];
  /** Weight of the distance from the reference in the reward, instead of in the loss. */
  rewardBeta?: number;
  loss: PolicyOptions;
  /** Share of tokens to train, by highest entropy. */
  entropyShare: number;
}

export type PolicyParts = SampledParts<PolicySettings>;

/** How answers are sampled and scored. */
export interface SampledSettings extends SamplingSettings, Partial<ToolSettings> {
  reward_funcs: readonly RewardSpec[];
  reward_weights: readonly number[] | null;
  reward_timeout: number;
  held_out_reward_funcs: readonly RewardSpec[];
  ref_model?: string | null;
}

/** Settings of rollouts, with the objects that they refer to. */
export interface SampledParts<Settings extends SampledSettings = SampledSettings> {
  settings: Settings;
  scorers: readonly Scorer[];
  /** Only measured on validation rows: an improvement in these was not trained for directly. */
  heldOut: readonly Scorer[];
  tools?: RolloutTools;
  processor: Processor;
  /** Answers of the last evaluation. */
  evaluated: readonly EvaluatedAnswer[];
}

/** A step's rollouts as rows, divided into the configured updates. */
export async function produceRollouts(
  rows: readonly PromptRow[],
  step: StepContext,
  parts: PolicyParts,
): Promise<Produced<PolicyRow>> {
  const { settings } = parts;
  const { rollouts, rewards, metrics } = await scoredRollouts(rows, step, parts);
  const isTrained = (rollout: Rollout) => rollout.isComplete || !settings.mask_truncated_completions;
  const trained = rollouts.map((rollout): TrainedRollout => ({ ...rollout, isTrained: isTrained(rollout) }));
  const groups = groupsOf(trained, settings.num_generations);
  const known = await withKnown(
    groups.flatMap((group) => groupRows(group, step.microBatchTokens)),
    step,
    parts,
  );
  const advantages = settings.advantages(
    rewards,
    weightsOf(settings),
    known.flatMap((row) => penaltiesOf(row, settings)),
  );
  const rowsOfStep = withAdvantages(known, advantages);
  // Groups without trained tokens need not be read.
  const updates = dividedUpdates(
    rowsOfStep.filter((row) => row.trained.includes(1)),
    settings,
    step,
  );
  return { updates, metrics };
}

/** Samples answers to all prompts and scores them; `share` is the reference's. */
export async function scoredRollouts(
  rows: readonly PromptRow[],
  step: StepContext,
  parts: SampledParts,
  share = 0,
): Promise<{ rollouts: Rollout[]; rewards: Rewards[]; metrics: Metrics }> {
  const { settings, processor } = parts;
  const context = { step, tokenizer: processor.tokenizer, share, tools: parts.tools };
  const { rollouts, metrics: ofTools } = await rollOut(rows, settings, context);
  const rewards = await allRewards(rollouts, parts.scorers, step);
  const answers = rollouts.map(writtenIds);
  const habits = habitsOf(answers, summedRewards(rewards, weightsOf(settings)));
  return {
    rollouts,
    rewards,
    metrics: { ...rewardMetrics(rewards, parts), ...completionMetrics(rollouts), ...habits, ...ofTools },
  };
}

/** KL penalty on each answer's reward: the difference of log-probabilities, summed over tokens. */
function penaltiesOf(row: SampledRow, { rewardBeta = 0 }: PolicySettings): number[] {
  const { sampled, reference } = row;
  let at = 0;
  return trainedLengths(row).map((length) => {
    let sum = 0;
    for (let token = at; token < at + length; token++) sum += (sampled?.[token] ?? 0) - (reference?.[token] ?? 0);
    at += length;
    return rewardBeta === 0 ? 0 : rewardBeta * sum;
  });
}

/** Validation metrics of a policy: mean reward of greedy answers. The loss is its negative. */
export async function scoreRollouts(
  rows: readonly PromptRow[],
  step: StepContext,
  parts: SampledParts,
): Promise<EvaluationResult> {
  const settings = { ...parts.settings, num_generations: 1, temperature: 0 };
  const { rollouts, rewards, metrics } = await scoredRollouts(rows, step, { ...parts, settings });
  const sums = summedRewards(rewards, weightsOf(settings));
  const heldOut = await allRewards(rollouts, parts.heldOut, step);
  parts.evaluated = rollouts.map((rollout, i) => ({ ...sampleOf(rollout), reward: sums[i] }));
  const perRow = Float64Array.from(sums, (reward) => -(reward ?? 0));
  const tokens = rollouts.reduce((sum, rollout) => sum + writtenIds(rollout).length, 0);
  return {
    metrics: {
      loss: meanOf([...perRow]),
      ...metrics,
      ...spreadsOf('held_out', parts.heldOut, heldOut),
    },
    perRow,
    counts: { rows: rows.length, completions: rollouts.length, tokens },
  };
}

export function weightsOf({ reward_funcs: functions, reward_weights: weights }: SampledSettings): readonly number[] {
  return weights ?? functions.map(() => 1);
}

/** Rewards of each function, one for each answer. Judges may answer differently when asked twice, so rank 0 asks for all. */
async function allRewards(
  rollouts: readonly Rollout[],
  scorers: readonly Scorer[],
  { signal, shared }: Pick<StepContext, 'signal' | 'shared'>,
): Promise<Rewards[]> {
  const score = async () => {
    const samples = rollouts.map(sampleOf);
    const all: Rewards[] = [];
    for (const scorer of scorers) all.push(await scorer.score(samples, signal));
    return all;
  };
  return shared === undefined ? score() : shared.share('rewards', score);
}

/** TRL's names. */
function rewardMetrics(rewards: readonly Rewards[], { scorers, settings }: SampledParts): Metrics {
  const sums = summedRewards(rewards, weightsOf(settings));
  const spreads = settings.num_generations < 2 ? [] : groupsOf(sums, settings.num_generations).map(deviationOf);
  return {
    reward: meanOf(sums),
    ...(spreads.length > 0 && {
      reward_std: meanOf(spreads),
      frac_reward_zero_std: meanOf(spreads.map((spread) => (spread < 1e-8 ? 1 : 0))),
    }),
    ...spreadsOf('rewards', scorers, rewards),
  };
}

/** Mean and standard deviation of each function's rewards, and its own metrics. */
function spreadsOf(group: string, scorers: readonly Scorer[], rewards: readonly Rewards[]): Metrics {
  const entries = scorers.flatMap((scorer, f) => [
    [`${group}/${scorer.name}/mean`, meanOf(rewards[f])] as const,
    [`${group}/${scorer.name}/std`, deviationOf(rewards[f])] as const,
    ...Object.entries(scorer.metrics?.() ?? {}).map(
      ([key, value]) => [`${group}/${scorer.name}/${key}`, value] as const,
    ),
  ]);
  return Object.fromEntries(entries);
}

function completionMetrics(rollouts: readonly Rollout[]): Metrics {
  const lengths = rollouts.map((rollout) => writtenIds(rollout).length);
  const ended = lengths.filter((_, i) => rollouts[i].isComplete);
  return {
    'completions/mean_length': meanOf(lengths),
    'completions/min_length': smallest(lengths),
    'completions/max_length': greatest(lengths),
    'completions/clipped_ratio': 1 - ended.length / lengths.length,
    ...(ended.length > 0 && { 'completions/mean_terminated_length': meanOf(ended) }),
  };
}

/** Adds scores under the sampling policy and the reference, before any update. */
async function withKnown(rows: readonly TextsRow[], step: StepContext, parts: PolicyParts): Promise<SampledRow[]> {
  const { settings } = parts;
  const { temperature, entropyShare } = settings;
  const withEntropies = entropyShare < 1;
  const isPenalised = (settings.rewardBeta ?? 0) > 0;
  const isMoved = settings.num_iterations > 1 || settings.steps_per_generation > 1 || isPenalised;
  let known: SampledRow[] = [...rows];
  if (isMoved || withEntropies) {
    const found = await ofAllRows(known, step, (batch) =>
      tokensOfRows(step.model, batch, { temperature, withEntropies }),
    );
    const masks = withEntropies
      ? entropyMasks(
          found.map(({ entropies }) => entropies!),
          entropyShare,
        )
      : undefined;
    known = known.map((row, i) => ({ ...row, sampled: found[i].logProbs, ...(masks && { weights: masks[i] }) }));
  }
  return settings.loss.beta === 0 && !isPenalised ? known : withReference(known, step, temperature);
}

/** Adds the reference's scores, if there is one. */
export async function withReference<Row extends SampledRow>(
  rows: Row[],
  step: StepContext,
  temperature: number,
): Promise<Row[]> {
  const { reference } = step;
  if (reference === undefined) return rows;
  const found = await ofAllRows(rows, step, (batch) =>
    reference((model) => tokensOfRows(model, batch, { temperature })),
  );
  return rows.map((row, i) => ({ ...row, reference: found[i].logProbs }));
}

/** 1 for tokens whose entropy is in the top share. */
function entropyMasks(entropies: readonly Float32Array[], share: number): Float32Array[] {
  const sorted = Float32Array.from(entropies.flatMap((own) => [...own])).sort();
  const place = (1 - share) * (sorted.length - 1);
  const below = Math.floor(place);
  const least = sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
  return entropies.map((own) => own.map((entropy) => (entropy >= least ? 1 : 0)));
}

/** Rows divided into updates, repeated for each epoch. */
export function dividedUpdates<Row>(
  rows: readonly Row[],
  {
    steps_per_generation: updates,
    num_iterations: times,
  }: Pick<PolicySettings, 'steps_per_generation' | 'num_iterations'>,
  { seed, step }: StepContext,
): Row[][] {
  if (rows.length === 0) return [];
  const order = updates === 1 ? rows : shuffled(rows, [seed, 'rollout-updates', step]);
  const size = Math.ceil(order.length / updates);
  const parts = Array.from({ length: Math.ceil(order.length / size) }, (_, part) =>
    order.slice(part * size, (part + 1) * size),
  );
  return Array.from({ length: times }, () => parts).flat();
}
