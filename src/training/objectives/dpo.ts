// R rows, each a pair of answers; L trained tokens; K inputs of the loss per row
import { smallest } from '../../base/many.ts';
import { aten, fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { JointLoss, JudgedRow, LossResult, Objective, PassContext, Processor } from '../objective.ts';
import {
  logCollision,
  ofDistributions,
  sumsOfTexts,
  trainedTokensOf,
  type TrainedTokens,
} from '../../answering/tasks/rows/answer-log-probs.ts';
import type { DpoOptions } from './dpo.options.ts';
import { jointPairLosses, pairLoss, type PairLogProbs, type PairLossOptions } from './preference-losses.ts';
import {
  answerTokens,
  columns,
  pairLengths,
  pairMetrics,
  pairsOf,
  pairSums,
  preferenceRows,
} from '../../answering/tasks/rows/preference-rows.ts';
import type { PreferenceExample } from '../../data/example.ts';

/** A chosen and a rejected answer, with the reference's log-probabilities if precomputed. */
export interface PairRow extends TextsRow, JudgedRow {}

/**
 * Direct preference optimisation (Rafailov et al., 2023) with TRL's losses, divergences and weightings: raises the
 * chosen answer's probability over the rejected one's, relative to a reference model.
 */
export function create(options: DpoOptions, processor: Processor): Objective<PreferenceExample, PairRow> {
  const { reference_free: isFree, precompute_ref_log_probs: judgesOnce, ref_model: referenceModel } = options;
  const represent: JointLoss<PairRow>['represent'] = (model, batch, context) =>
    pairColumns(model, batch, { ...context, options });
  const lossOf: JointLoss<PairRow>['loss'] = (vectors, rows, { totals }) =>
    lossOfColumns(vectors, rows, { options, totals });
  const judge = (model: Model, batch: Batch<PairRow>) => referenceColumns(model, batch, options);
  const isJoint = options.loss_type.some((name) => jointPairLosses.has(name));
  return {
    ...preferenceRows(processor),
    accepts: ['preference'],
    unit: 'rows',
    task: 'causal-lm',
    separable: isJoint ? 'the pairs of a step are sorted together' : true,
    ...(isJoint && { joint: { evaluatedTogether: 32, represent, loss: lossOf } }),
    ...(!isFree && { reference: { model: referenceModel, ...(judgesOnce && { judge }) } }),
    loss: (model, batch, context) =>
      lossOf(represent(model, batch, context), batch.rows, { model, totals: context.totals }),
  };
}

/** Log-probabilities of both answers under model and reference, the unweighted one of the chosen answer, and WPO's weight: [R, 6] */
function pairColumns(
  model: Model,
  batch: Batch<PairRow>,
  { runner, reference, options }: Omit<PassContext, 'totals'> & { options: DpoOptions },
): Tensor {
  const judged = judgedColumns(model, batch, { reference, options });
  const tokens = trainedTokensOf(model, batch, { runner });
  const [chosen, rejected] = pairSums(tokens, lengthWeights(batch, tokens, options));
  const [plain] = options.ld_alpha === null ? [chosen] : pairSums(tokens);
  const weight = options.use_weighting ? pairWeights(model, batch, tokens) : aten.ones_like.default(chosen.detach());
  return columns(chosen, rejected, judged.select(1, 0), judged.select(1, 1), plain, weight);
}

/** The reference's log-probabilities, precomputed or computed now; absent without a reference. [R, 2] */
function judgedColumns(
  model: Model,
  batch: Batch<PairRow>,
  { reference, options }: Pick<PassContext, 'reference'> & { options: DpoOptions },
): Tensor {
  const { rows } = batch;
  if (options.reference_free) return zeros([rows.length, 2], { device: model.device });
  if (rows.every((row) => row.reference !== undefined)) {
    const values = Float32Array.from(rows.flatMap((row) => [...row.reference!]));
    return fromArray(values, [rows.length, 2]).toDevice(model.device);
  }
  if (reference === undefined) throw new Error('this objective needs a reference model');
  return reference((other) => referenceColumns(other, batch, options));
}

function referenceColumns(model: Model, batch: Batch<PairRow>, options: DpoOptions): Tensor {
  const tokens = trainedTokensOf(model, batch);
  return columns(...pairSums(tokens, lengthWeights(batch, tokens, options)));
}

/** LD-DPO (Liu et al., 2024): lower weights for tokens beyond the shorter answer's length. [L] */
function lengthWeights(
  batch: Batch<PairRow>,
  { texts, logProbs }: TrainedTokens,
  { ld_alpha: alpha }: DpoOptions,
): Tensor | undefined {
  if (alpha === null) return undefined;
  const shorter = batch.rows.map((row) => smallest(answerTokens(row)));
  const weights = new Float32Array(texts.length);
  const rowOf = rowsOfTexts(batch.rows);
  let place = 0;
  for (let i = 0; i < texts.length; i++) {
    place = i > 0 && texts[i] === texts[i - 1] ? place + 1 : 0;
    weights[i] = place < shorter[rowOf[Number(texts[i])]] ? 1 : alpha;
  }
  return fromArray(weights).toDevice(logProbs.device);
}

function rowsOfTexts(rows: readonly PairRow[]): number[] {
  return rows.flatMap(({ segments }, row) => segments.map(() => row));
}

/** WPO (Zhou et al., 2024): probability of both answers relative to the model's own samples, without gradients. [R] */
function pairWeights(model: Model, batch: Batch<PairRow>, tokens: TrainedTokens): Tensor {
  const usual = ofDistributions(model, tokens.hidden.detach(), logCollision); // [L]
  const [chosen, rejected] = pairsOf(sumsOfTexts(tokens.logProbs.detach().sub(usual), tokens), tokens);
  const lengths = pairLengths(batch.rows, chosen);
  return chosen.div(lengths[0]).add(rejected.div(lengths[1])).exp();
}

interface Scaling {
  options: DpoOptions;
  totals: PassContext['totals'];
}

function lossOfColumns(vectors: Tensor, rows: readonly PairRow[], { options, totals }: Scaling): LossResult {
  const [chosen, rejected, refChosen, refRejected, plain, weight] = [0, 1, 2, 3, 4, 5].map((i) => vectors.select(1, i));
  const [chosenTokens, rejectedTokens] = pairLengths(rows, chosen);
  const logProbs: PairLogProbs = { chosen, rejected, refChosen, refRejected, chosenTokens, rejectedTokens };
  // Averaged over all chosen tokens of a step; over its own for a row scored alone.
  const crossEntropy =
    totals.chosen_tokens === undefined ? plain.div(chosenTokens).neg() : plain.mul(-1 / totals.chosen_tokens);
  const terms = options.loss_type.map((name, i) => {
    const share = options.loss_weights?.[i] ?? 1;
    if (name === 'sft') return crossEntropy.mul(share);
    const losses = pairLoss(name, logProbs, formulaOptions(options)).mul(share / totals.rows);
    return options.use_weighting ? losses.mul(weight) : losses;
  });
  if (options.rpo_alpha !== null) terms.push(crossEntropy.mul(options.rpo_alpha));
  const rewards = {
    chosen: chosen.sub(refChosen).mul(options.beta),
    rejected: rejected.sub(refRejected).mul(options.beta),
  };
  return { perRow: terms.reduce((sum, term) => sum.add(term)), tally: pairMetrics(rewards, logProbs) };
}

function formulaOptions(options: DpoOptions): PairLossOptions {
  const { beta, label_smoothing: labelSmoothing, f_divergence_type: divergence } = options;
  return {
    beta,
    labelSmoothing,
    divergence,
    alpha: options.f_alpha_divergence_coef,
    discopopTau: options.discopop_tau,
  };
}
