// R rows, each a prompt with its answers; C answers of all rows, L of their tokens
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, LossResult, Objective, PassContext, PreparedRow } from '../../methods/interfaces.ts';
import type { Rewards } from './advantages.ts';
import { entropyOf, ofDistributions, trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { largestGroup, trainedLengths } from './group-rows.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import { clippedTokens, policyLoss, type PolicyOptions, type PolicyTokens } from './policy-losses.ts';
import { produceRollouts } from './produce-rollouts.ts';
import { sampledObjective, type SampledParts, type SampledSettings } from './sampled-objective.ts';

export interface PolicySettings extends SampledSettings {
  num_iterations: number;
  steps_per_generation: number;
  mask_truncated_completions: boolean;
  /** From each function's rewards to what answers are trained by; `penalties` are taken off each answer's reward. */
  advantages(rewards: readonly Rewards[], weights: readonly number[], penalties: readonly number[]): number[];
  /** Weight of the distance to the reference in the reward, in place of the loss. */
  rewardBeta?: number;
  loss: PolicyOptions;
  /** Share of the tokens that are trained, those of the highest entropy. */
  entropyShare: number;
}

export type PolicyParts = SampledParts<PolicySettings>;

/** Any objective that samples answers, has them scored, and moves the policy towards the better ones. */
export function policyObjective(parts: PolicyParts): Objective {
  const { settings } = parts;
  const { loss, rewardBeta = 0, num_generations: answers, max_completion_length: length } = settings;
  return {
    ...sampledObjective(parts, { needsReference: loss.beta > 0 || rewardBeta > 0 }),
    unit: 'completions',
    produce: (rows, step) => produceRollouts(rows, step, parts),
    largest: (row) => largestGroup(row, { answers, length }),
    counts: countAnswers,
    loss: (model, batch, context) => lossOf(model, batch, { ...context, settings }),
  };
}

export function countAnswers({ rows }: Pick<Batch, 'rows'>): Record<string, number> {
  const lengths = rows.flatMap(trainedLengths);
  return { rows: rows.length, completions: lengths.length, tokens: lengths.reduce((sum, length) => sum + length, 0) };
}

/** Tensors of a batch's tokens, in the order of its predictions. */
export function policyTokens(
  model: Model,
  { rows }: Batch,
  { texts, logProbs, withReference }: { texts: BigInt64Array; logProbs: Tensor; withReference: boolean },
): PolicyTokens {
  const onDevice = (values: Float32Array | BigInt64Array): Tensor => fromArray(values).toDevice(model.device);
  const answerOf = answersOfTexts(rows);
  const completions = BigInt64Array.from(texts, (text) => BigInt(answerOf[Number(text)]));
  const joined = (of: (row: PreparedRow) => Float32Array | undefined): Tensor | undefined =>
    of(rows[0]) === undefined ? undefined : onDevice(Float32Array.from(rows.flatMap((row) => [...(of(row) ?? [])])));
  return {
    logProbs,
    old: joined(({ sampled }) => sampled) ?? logProbs.detach(),
    reference: withReference ? joined(({ reference }) => reference) : undefined,
    weights: joined(({ weights }) => weights),
    advantages: joined(({ critic }) => critic?.advantages) ?? onDevice(ofAnswers(rows, completions)),
    completions: onDevice(completions),
    lengths: onDevice(Float32Array.from(rows.flatMap(trainedLengths))),
  };
}

/** The advantage of each token's answer. */
function ofAnswers(rows: readonly PreparedRow[], completions: BigInt64Array): Float32Array {
  const advantages = rows.flatMap(({ values = [] }) => [...values]);
  return Float32Array.from(completions, (answer) => advantages[Number(answer)]);
}

/** The place of each text among all answers; −1 for prompts. */
export function answersOfTexts(rows: readonly PreparedRow[]): number[] {
  let answers = 0;
  return rows.flatMap(({ segments = [] }) => segments.map((_, text) => (text === 0 ? -1 : answers++)));
}

/** Numbers of all answers [C] → [R] */
export function sumsOfAnswers(values: Tensor, { rows }: Batch): Tensor {
  const rowOf = rows.flatMap(({ segments = [] }, row) => segments.slice(1).map(() => BigInt(row)));
  return sumsOfRows(values, fromArray(BigInt64Array.from(rowOf)).toDevice(values.device), rows.length);
}

function lossOf(
  model: Model,
  batch: Batch,
  { totals, runner, settings }: PassContext & { settings: PolicySettings },
): LossResult {
  const { loss: options, temperature } = settings;
  const { logProbs, texts, hidden } = trainedTokensOf(model, batch, { runner, temperature });
  const tokens = policyTokens(model, batch, { texts, logProbs, withReference: options.beta > 0 });
  const { completions = 1, tokens: count = 1 } = totals;
  const { shares, ratios, kl } = policyLoss(tokens, options, { completions, tokens: Math.max(1, count) });
  const entropies = ofDistributions(model, hidden.detach(), (logits) => entropyOf(logits.div(temperature)));
  const { low, high } = clippedTokens(ratios, tokens.advantages, options);
  const mean = (values: Tensor) => ({ sum: values.detach().sum(), count: texts.length });
  return {
    perRow: sumsOfAnswers(shares, batch),
    tally: {
      entropy: mean(entropies),
      'clip_ratio/low_mean': mean(low),
      'clip_ratio/high_mean': mean(high),
      'clip_ratio/region_mean': mean(low.add(high)),
      ...(kl && { kl: mean(kl) }),
    },
  };
}
