// R rows, each a pair of answers
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Batch, Tally, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext, Processor } from '../objective.ts';
import type { Model } from '../../models/model.ts';
import { sumsOfTexts, trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import type { CpoOptions } from './cpo.options.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import {
  answerTokens,
  pairLengths,
  pairMetrics,
  pairsOf,
  preferenceRows,
  promptTokens,
} from '../../answering/tasks/rows/preference-rows.ts';
import {
  logOddsRatio,
  ofMeans,
  referenceFreeLoss,
  rewardOf,
  type ReferenceFreeName,
  type ReferenceFreeOptions,
} from './reference-free-losses.ts';
import type { PreferenceExample } from '../../data/example.ts';

/** A reference-free pair loss, plus cross-entropy of the chosen answers. */
export interface ReferenceFreeObjective extends ReferenceFreeOptions {
  loss: ReferenceFreeName;
  /** Weight of the cross-entropy; 0 for none. */
  crossEntropy: number;
  /** Whether the cross-entropy includes the prompt, as in TRL's ORPO. */
  ofPrompt: boolean;
}

/** Contrastive preference optimisation (Xu et al., 2024): pairs without a reference model. */
export function create(options: CpoOptions, processor: Processor): Objective<PreferenceExample, TextsRow> {
  const { loss_type: loss, beta, label_smoothing: labelSmoothing, simpo_gamma: gamma, alpha } = options;
  const crossEntropy = options.cpo_alpha;
  return referenceFree({ loss, beta, labelSmoothing, gamma, alpha, crossEntropy, ofPrompt: false }, processor);
}

/** Base of all pair objectives without a reference model. */
export function referenceFree(
  settings: ReferenceFreeObjective,
  processor: Processor,
): Objective<PreferenceExample, TextsRow> {
  const { ofPrompt } = settings;
  const rows = preferenceRows(processor, { trainsPrompt: ofPrompt });
  return {
    ...rows,
    accepts: ['preference'],
    unit: 'rows',
    task: 'causal-lm',
    separable: true,
    loss: (model, batch, context) => lossOf(model, batch, { ...context, settings }),
  };
}

function lossOf(
  model: Model,
  batch: Batch<TextsRow>,
  { totals, runner, settings }: PassContext & { settings: ReferenceFreeObjective },
): LossResult {
  const { loss, beta, crossEntropy, ofPrompt } = settings;
  const tokens = trainedTokensOf(model, batch, { runner });
  const sums = sumsOfTexts(tokens.logProbs, tokens);
  const [chosen, rejected] = pairsOf(sums, tokens);
  const lengths = pairLengths(batch.rows, chosen);
  const means = { chosen: chosen.div(lengths[0]), rejected: rejected.div(lengths[1]) };
  const pair = ofMeans.has(loss) ? means : { chosen, rejected };
  const losses = referenceFreeLoss(loss, pair, settings).mul(1 / totals.rows);
  const read = ofPrompt ? chosen.add(ofPrompts(sums, tokens.layout.rowOf, batch)) : chosen;
  const perRow = crossEntropy === 0 ? losses : losses.add(meanOf(read, batch, { totals, settings }).mul(crossEntropy));
  const rewards = {
    chosen: rewardOf(pair.chosen, settings).mul(beta),
    rejected: rewardOf(pair.rejected, settings).mul(beta),
  };
  const metrics = pairMetrics(rewards, pair);
  const odds: Tally = loss === 'odds_ratio' ? oddsMetrics(pair, batch.rows.length) : {};
  return { perRow, tally: { ...metrics, ...odds } };
}

/** Log-probability of each row's prompt, which precedes its two answers: [R] */
function ofPrompts(sums: Tensor, rowOf: readonly number[], { rows }: Batch): Tensor {
  const isAnswer = rowOf.map((row, text) => text >= rowOf.lastIndexOf(row) - 1);
  const weights = fromArray(Float32Array.from(isAnswer, (one) => (one ? 0 : 1))).toDevice(sums.device);
  return sumsOfRows(sums.mul(weights), fromArray(BigInt64Array.from(rowOf, BigInt)).toDevice(sums.device), rows.length);
}

/** Cross-entropy averaged over a step's tokens; over its own tokens for a row scored alone. */
function meanOf(
  logProbs: Tensor,
  { rows }: Batch<TextsRow>,
  { totals, settings }: { totals: PassContext['totals']; settings: ReferenceFreeObjective },
): Tensor {
  const name = settings.ofPrompt ? 'chosen_with_prompt_tokens' : 'chosen_tokens';
  if (totals[name] !== undefined) return logProbs.mul(-1 / totals[name]);
  const counts = rows.map((row) => answerTokens(row)[0] + (settings.ofPrompt ? promptTokens(row) : 0));
  return logProbs.div(fromArray(Float32Array.from(counts)).to(logProbs.dtype).toDevice(logProbs.device)).neg();
}

function oddsMetrics(pair: { chosen: Tensor; rejected: Tensor }, count: number): Tally {
  const odds = logOddsRatio({ chosen: pair.chosen.detach(), rejected: pair.rejected.detach() });
  return { log_odds_chosen: { sum: odds.sum(), count } };
}
