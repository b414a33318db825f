// R rows, each a prompt with its answers; C answers of all rows, L of their tokens
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext } from '../objective.ts';
import { entropyOf, ofDistributions, trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { largestGroup, trainedLengths, withAdvantages, type PolicyRow, type PromptRow } from './group-rows.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import { clippedTokens, policyLoss, type PolicyTokens } from './policy-losses.ts';
import { produceRollouts, type PolicyParts, type PolicySettings } from './produce-rollouts.ts';
import { sampledObjective } from './sampled-objective.ts';
import type { PromptExample } from '../../data/example.ts';

/** Base of all objectives that sample answers, score them and move the policy towards better ones. */
export function policyObjective(parts: PolicyParts): Objective<PromptExample, PromptRow, PolicyRow> {
  const { settings } = parts;
  const { loss, rewardBeta = 0, num_generations: answers, max_completion_length: length } = settings;
  return {
    ...sampledObjective(parts, {
      needsReference: loss.beta > 0 || rewardBeta > 0,
      produce: (rows, step) => produceRollouts(rows, step, parts),
      largest: (row) => withAdvantages([largestGroup(row, { answers, length })], Array<number>(answers).fill(1))[0],
    }),
    unit: 'completions',
    counts: countAnswers,
    loss: (model, batch, context) => lossOf(model, batch, { ...context, settings }),
  };
}

export function countAnswers({ rows }: Pick<Batch<TextsRow>, 'rows'>): Record<string, number> {
  const lengths = rows.flatMap(trainedLengths);
  return { rows: rows.length, completions: lengths.length, tokens: lengths.reduce((sum, length) => sum + length, 0) };
}

/** Tensors of a batch's tokens, in the order of its predictions. */
export function policyTokens(
  model: Model,
  { rows }: Batch<PolicyRow>,
  { texts, logProbs, withReference }: { texts: BigInt64Array; logProbs: Tensor; withReference: boolean },
): PolicyTokens {
  const onDevice = (values: Float32Array | BigInt64Array): Tensor => fromArray(values).toDevice(model.device);
  const answerOf = answersOfTexts(rows);
  const completions = BigInt64Array.from(texts, (text) => BigInt(answerOf[Number(text)]));
  const joined = (of: (row: PolicyRow) => Float32Array | undefined): Tensor | undefined =>
    of(rows[0]) === undefined ? undefined : onDevice(Float32Array.from(rows.flatMap((row) => [...(of(row) ?? [])])));
  return {
    logProbs,
    old: joined(({ sampled }) => sampled) ?? logProbs.detach(),
    reference: withReference ? joined(({ reference }) => reference) : undefined,
    weights: joined(({ weights }) => weights),
    advantages: joined(({ advantages }) => advantages)!,
    completions: onDevice(completions),
    lengths: onDevice(Float32Array.from(rows.flatMap(trainedLengths))),
  };
}

/** Index of each text among all answers; −1 for prompts. */
export function answersOfTexts(rows: readonly TextsRow[]): number[] {
  let answers = 0;
  return rows.flatMap(({ segments }) => segments.map((_, text) => (text === 0 ? -1 : answers++)));
}

/** Sums the values of all answers [C] by row → [R] */
export function sumsOfAnswers(values: Tensor, { rows }: Batch<TextsRow>): Tensor {
  const rowOf = rows.flatMap(({ segments }, row) => segments.slice(1).map(() => BigInt(row)));
  return sumsOfRows(values, fromArray(BigInt64Array.from(rowOf)).toDevice(values.device), rows.length);
}

function lossOf(
  model: Model,
  batch: Batch<PolicyRow>,
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
