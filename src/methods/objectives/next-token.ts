// N tokens of a batch, L of them predicted with loss, R rows
import { greatest } from '../../base/many.ts';
import { layoutOfTexts, rowOfTokens, withRowsOf, type Layout } from '../../nn/index.ts';
import type { Model, ModelInput } from '../../models/model.ts';
import type { StackInput, StageRunner } from '../../models/stack.ts';
import { aten, cat, fromArray, zeros, type Tensor } from '../../tensor/index.ts';
import type { Batch, Counts, LossResult, PreparedRow, Tally } from '../../train/interfaces.ts';
import { balanceOfBatch } from './expert-balance.ts';
import { sideBySide } from './recordings.ts';

/** Rows side by side, no text of a row seeing another, as one flat input of tokens, or of what was read from their files. */
export function collateRows(rows: readonly PreparedRow[], options: { causal: boolean }): Batch {
  if (rows.some(({ resumed }) => resumed !== undefined)) return { rows, input: resumedInput(rows, options) };
  const features = rows.find((row) => row.features !== undefined)?.features;
  if (features !== undefined)
    return { rows, input: features.shape.length === 1 ? sideBySide(rows) : stackFeatures(rows) };
  const layout = layoutOfTexts(
    rows.map(({ ids, segments }) => segments ?? [ids.length]),
    { causal: options.causal, parents: rows.map(({ parents }) => parents) },
  );
  const ids = new BigInt64Array(layout.positions.length);
  const tokenTypes = rows.some((row) => row.typeIds !== undefined) ? new BigInt64Array(ids.length) : undefined;
  let at = 0;
  for (const row of rows) {
    for (let t = 0; t < row.ids.length; t++, at++) {
      ids[at] = BigInt(row.ids[t]);
      if (tokenTypes !== undefined) tokenTypes[at] = BigInt(row.typeIds?.[t] ?? 0);
    }
  }
  return { rows, input: { ids, layout, tokenTypes } };
}

/** Rows of which the frozen blocks' outputs are known: [T, D] each, side by side, or images [C, H, W], stacked. */
function resumedInput(rows: readonly PreparedRow[], options: { causal: boolean }): ModelInput {
  const all = rows.map(({ resumed }) => resumed!);
  const tensors = all.map(({ data, shape }) => fromArray(data, shape.length === 2 ? shape : [1, ...shape]));
  const lengths = rows.map(({ segments, resumed }) => segments ?? [resumed!.tokens]);
  const layout = layoutOfTexts(lengths, { causal: options.causal, parents: rows.map(({ parents }) => parents) });
  return { layout, resumed: { blocks: all[0].blocks, hidden: cat(tensors) } };
}

/** Features of rows, equally large but for their last dimension, which is filled up with zeros: [R, …]. */
export function stackFeatures(rows: readonly PreparedRow[]): Pick<StackInput, 'features' | 'featureLengths'> {
  const all = rows.map(({ features }) => features!);
  const lengths = all.map(({ shape }) => shape.at(-1)!);
  const longest = greatest(lengths);
  const shape = [...all[0].shape.slice(0, -1), longest];
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(rows.length * size);
  for (const [r, { data }] of all.entries()) {
    const length = lengths[r];
    if (length === longest) values.set(data, r * size);
    else
      for (let line = 0; line * length < data.length; line++)
        values.set(data.subarray(line * length, (line + 1) * length), r * size + line * longest);
  }
  const isFilled = lengths.some((length) => length < longest);
  return { features: fromArray(values, [rows.length, ...shape]), ...(isFilled && { featureLengths: lengths }) };
}

/** Trained tokens of a row; its first token has nothing that it could be predicted from. */
export function trainedTokens(row: PreparedRow): number {
  let count = 0;
  for (let t = 1; t < row.trained.length; t++) count += row.trained[t];
  return count;
}

export function countTokens(batch: Pick<Batch, 'rows'>): Counts {
  return { tokens: batch.rows.reduce((sum, row) => sum + trainedTokens(row), 0), rows: batch.rows.length };
}

interface Predictions {
  /** Where in the batch each prediction is made: [L]. */
  places: BigInt64Array;
  targets: BigInt64Array;
  rows: BigInt64Array;
  /** The text of the batch that each target belongs to, counted through all rows: [L]. */
  texts: BigInt64Array;
  /** How many trained tokens stand directly before each target, so that an answer's first one has 0: [L]. */
  depths: Int32Array;
}

/** What the trained tokens of a batch are predicted from: the token before, or the last one of the text continued. */
export function predictionsOf(batch: Batch, layout: Layout): Predictions {
  const places: bigint[] = [];
  const targets: bigint[] = [];
  const rows: bigint[] = [];
  const texts: bigint[] = [];
  const depths: number[] = [];
  const { offsets, rowOf, parents } = layout;
  let first = 0;
  for (const [text, r] of rowOf.entries()) {
    const { ids, trained } = batch.rows[r];
    if (text === 0 || rowOf[text - 1] !== r) first = offsets[text];
    const parent = parents?.[text] ?? -1;
    let depth = 0;
    for (let place = offsets[text]; place < offsets[text + 1]; place++) {
      if (trained[place - first] === 0) {
        depth = 0;
        continue;
      }
      const before = place > offsets[text] ? place - 1 : parent < 0 ? undefined : offsets[parent + 1] - 1;
      if (before === undefined) continue;
      places.push(BigInt(before));
      targets.push(BigInt(ids[place - first]));
      rows.push(BigInt(r));
      texts.push(BigInt(text));
      depths.push(depth++);
    }
  }
  const arrays = [places, targets, rows, texts].map((values) => BigInt64Array.from(values));
  return { places: arrays[0], targets: arrays[1], rows: arrays[2], texts: arrays[3], depths: Int32Array.from(depths) };
}

/** What trained tokens are predicted from: [L, D], where in the batch, and of which row; and the tokens themselves. */
export interface Predicted extends Pick<Predictions, 'depths'> {
  hidden: Tensor;
  places: Tensor;
  targets: Tensor;
  rows: Tensor;
}

/** Losses of tokens [L] from their log-probabilities [L], and what they are predicted from. */
export type TokenLoss = (logProbs: Tensor, predicted: Predicted) => Tensor;

/**
 * Cross-entropy of the trained tokens, or another loss of each, each weighing 1 / totals.tokens: the mean over a whole step's tokens. While a model
 * of experts trains (there is a runner), what keeps them in balance is added. `watch` sees what is predicted from.
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

/** values [n] of rows [n] → [R] */
export function sumsOfRows(values: Tensor, rows: Tensor, count: number): Tensor {
  return aten.index_add.default(zeros([count], { dtype: values.dtype, device: values.device }), 0, rows, values);
}
