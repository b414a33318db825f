// N tokens of a batch, L of them trained, S texts of all rows, D width, V vocabulary
import { withRowsOf, type Layout } from '../../../engine/nn/index.ts';
import type { Model } from '../../../models/model.ts';
import type { StageRunner } from '../../../models/stack.ts';
import { aten, cat, fromArray, noGrad, scope, type Tensor } from '../../../engine/tensor/index.ts';
import type { Batch } from './prepared-rows.ts';
import { predictionsOf, sumsOfRows } from './trained-tokens.ts';

/** The trained tokens of a batch under a model. */
export interface TrainedTokens {
  layout: Layout;
  /** f32 [L] */
  logProbs: Tensor;
  /** Whether each token is the most probable one: [L] */
  hit: Tensor;
  /** Hidden states that predict the tokens: [L, D] */
  hidden: Tensor;
  /** Hidden states of all tokens of the batch: [N, D] */
  states: Tensor;
  /** Index of each token's text, over all rows: [L] */
  texts: BigInt64Array;
}

/** Log-probabilities of all trained tokens, differentiable. */
export function trainedTokensOf(
  model: Model,
  batch: Batch,
  { runner, temperature }: { runner?: StageRunner; temperature?: number } = {},
): TrainedTokens {
  const layout = model.layoutOf(batch.input);
  const { places, targets, texts, rows } = predictionsOf(batch, layout);
  const onDevice = (array: BigInt64Array): Tensor => fromArray(array).toDevice(model.device);
  const states = model.hidden(batch.input, { runner });
  const hidden = states.indexSelect(0, onDevice(places));
  const { logProbs, hit } = withRowsOf(Int32Array.from(rows, Number), () =>
    model.tokenHead.tokenLogProbs(hidden, onDevice(targets), temperature),
  );
  return { layout, logProbs, hit, hidden, states, texts };
}

/** Sums of the log-probabilities of each row's trained tokens: [R] */
export function rowLogProbs(model: Model, batch: Batch): Tensor {
  const { logProbs, texts, layout } = trainedTokensOf(model, batch);
  const rows = BigInt64Array.from(texts, (text) => BigInt(layout.rowOf[Number(text)]));
  return sumsOfRows(logProbs, fromArray(rows).toDevice(model.device), batch.rows.length);
}

/** Sums of [L] over each text: [S] */
export function sumsOfTexts(values: Tensor, { texts, layout }: Pick<TrainedTokens, 'texts' | 'layout'>): Tensor {
  return sumsOfRows(values, fromArray(texts).toDevice(values.device), layout.rowOf.length);
}

/** Texts at the `back`-th place from the end of each row: [R] */
export function textsFromEnd({ rowOf }: Layout, back: number): BigInt64Array {
  const last = rowOf.flatMap((row, text) => (row === rowOf[text + 1] ? [] : [text]));
  return BigInt64Array.from(last, (text) => BigInt(text - back));
}

/** Number of tokens whose full distributions are in memory at once. */
const CHUNK = 256;

/** Applies a measure to each token's distribution, given its logits [·, V]; without gradients. [L] */
export function ofDistributions(model: Model, hidden: Tensor, measure: (logits: Tensor) => Tensor): Tensor {
  return noGrad(() =>
    scope(() => {
      const parts: Tensor[] = [];
      for (let from = 0; from < hidden.shape[0]; from += CHUNK) {
        const some = hidden.narrow(0, from, Math.min(CHUNK, hidden.shape[0] - from));
        parts.push(scope(() => measure(model.tokenHead.logits(some))));
      }
      return parts.length === 0 ? aten.zeros.default([0]) : cat(parts);
    }),
  );
}

/** log Σ p² of each distribution. */
export function logCollision(logits: Tensor): Tensor {
  return aten.logsumexp.default(logits.logSoftmax(-1).mul(2), [-1]);
}

/** −Σ p log p of each distribution, in nats. */
export function entropyOf(logits: Tensor): Tensor {
  const logProbs = logits.logSoftmax(-1);
  return logProbs.exp().mul(logProbs).sum(-1).neg();
}
