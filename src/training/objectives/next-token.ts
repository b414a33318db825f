// N tokens of a batch, L of them with a loss, R rows
import { rowOfTokens, withRowsOf } from '../../engine/nn/index.ts';
import type { Model } from '../../models/model.ts';
import type { StageRunner } from '../../models/stack.ts';
import { predictionsOf, sumsOfRows, type Predictions } from '../../answering/tasks/rows/trained-tokens.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Batch, Counts, Tally } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult } from '../objective.ts';
import { balanceOfBatch } from './expert-balance.ts';

/** Hidden states that predict trained tokens: [L, D], with their position in the batch, their row, and the target tokens. */
export interface Predicted extends Pick<Predictions, 'depths'> {
  hidden: Tensor;
  places: Tensor;
  targets: Tensor;
  rows: Tensor;
}

/** Losses of tokens [L], from their log-probabilities [L] and hidden states. */
export type TokenLoss = (logProbs: Tensor, predicted: Predicted) => Tensor;

/**
 * Cross-entropy (or another loss) of the trained tokens, each divided by totals.tokens, which sums to the mean over a
 * step. Training a mixture of experts (with a runner) adds the load-balancing loss. `watch` receives the predicting
 * states.
 */
export function nextTokenLoss(
  model: Model,
  batch: Batch,
  context: { totals: Counts; runner?: StageRunner; lossOf?: TokenLoss },
  watch?: (predicted: Predicted) => void,
): LossResult {
  const { totals, runner } = context;
  const layout = model.layoutOf(batch.input);
  const { places, targets, rows, depths } = predictionsOf(batch, layout);
  const aside: Tensor[] = [];
  const hidden = model.hidden(batch.input, { runner, ...(runner !== undefined && { aside }) });
  const onDevice = (array: BigInt64Array): Tensor => fromArray(array).toDevice(model.device);
  const [placesOf, targetsOf, rowsOf] = [places, targets, rows].map(onDevice);
  const predicted = {
    hidden: hidden.indexSelect(0, placesOf),
    places: placesOf,
    targets: targetsOf,
    rows: rowsOf,
    depths,
  };
  const { logProbs, hit } = withRowsOf(Int32Array.from(rows, Number), () =>
    model.tokenHead.tokenLogProbs(predicted.hidden, targetsOf),
  );
  watch?.(predicted);
  const losses = context.lossOf?.(logProbs, predicted) ?? logProbs.neg();
  const weighed = losses.mul(1 / totals.tokens);
  const perRow = sumsOfRows(weighed, rowsOf, batch.rows.length);
  const tally: Tally = { mean_token_accuracy: { sum: hit.sum(), count: targets.length } };
  const { balance } = model.trunk;
  if (balance === undefined || aside.length === 0) return { perRow, tally };
  const { shares, part } = balanceOfBatch(aside, balance, totals);
  const rowOfToken = BigInt64Array.from(rowOfTokens(layout), BigInt);
  const added = sumsOfRows(shares.to(perRow.dtype), onDevice(rowOfToken), batch.rows.length);
  return { perRow: perRow.add(added), tally: { ...tally, expert_balance: { sum: shares.sum(), count: part } } };
}
