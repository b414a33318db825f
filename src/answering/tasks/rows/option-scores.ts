// P options of all questions of a batch, S texts, N tokens, D width
import { fromArray, type Tensor } from '../../../engine/tensor/index.ts';
import { EmbeddingHead, unitVectors } from '../../../models/heads/embedding.ts';
import { LAYA_TYPES, LayaHead } from '../../../models/heads/laya.ts';
import type { Model } from '../../../models/model.ts';
import type { StageRunner } from '../../../models/stack.ts';
import type { DecisionRow } from './decision-rows.ts';
import type { Batch } from './prepared-rows.ts';

/**
 * Logits of options, question by question: of their labels as the next token, of the head at their own tokens, or by
 * the similarity of their vectors to the state's. [P]
 */
export function optionScores(
  model: Model,
  batch: Pick<Batch, 'input'> & { rows: readonly DecisionRow[] },
  runner?: StageRunner,
): Tensor {
  const [places, targets] = placesOf(batch.rows);
  const onDevice = (values: readonly number[]) => fromArray(BigInt64Array.from(values, BigInt)).toDevice(model.device);
  const hidden = model.hidden(batch.input, { runner }); // [N, D]
  if (model.head instanceof EmbeddingHead) {
    const vectors = unitVectors(model.embeddingHead.embed(hidden, model.layoutOf(batch.input))); // [S, D]
    const [states, options] = textsOf(batch.rows).map((texts) => vectors.indexSelect(0, onDevice(texts)));
    return states.mul(options).sum(-1).mul(SHARPNESS);
  }
  if (model.head instanceof LayaHead) {
    const types = batch.rows.flatMap(({ asked }) => asked.map(({ type }) => LAYA_TYPES[type]));
    return model.layaHead.scores(hidden, model.layoutOf(batch.input), { types, places: onDevice(places) });
  }
  if (targets.length === 0)
    return model.tokenClassHead.scores(hidden, model.layoutOf(batch.input)).indexSelect(0, onDevice(places)).squeeze(1);
  return model.tokenHead.tokenLogProbs(hidden.indexSelect(0, onDevice(places)), onDevice(targets)).logProbs;
}

/** Factor that turns cosines into logits, as in contrastive training (sentence-transformers' `scale`). */
export const SHARPNESS = 20;

/** For each option, the indices of its state and of itself among the batch's texts. */
function textsOf(rows: readonly DecisionRow[]): [states: number[], options: number[]] {
  const [states, options]: [number[], number[]] = [[], []];
  let first = 0;
  for (const { asked } of rows) {
    const count = asked.reduce((sum, one) => sum + one.count, 0);
    for (let k = 1; k <= count; k++) {
      states.push(first);
      options.push(first + k);
    }
    first += 1 + count;
  }
  return [states, options];
}

/** Position where each option is scored, and its label token, if any. */
function placesOf(rows: readonly DecisionRow[]): [places: number[], targets: number[]] {
  const [places, targets]: [number[], number[]] = [[], []];
  let start = 0;
  for (const { trained, asked } of rows) {
    const marks = trained.keys().filter((t) => trained[t] === 1);
    for (const { count, labels } of asked) {
      if (labels.length === 0) for (let k = 0; k < count; k++) places.push(start + marks.next().value!);
      else {
        const mark = marks.next().value!;
        for (const label of labels) {
          places.push(start + mark);
          targets.push(label);
        }
      }
    }
    start += trained.length;
  }
  return [places, targets];
}
