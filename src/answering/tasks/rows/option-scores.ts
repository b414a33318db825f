// P options of all questions of a batch, N tokens, D width
import { fromArray, type Tensor } from '../../../engine/tensor/index.ts';
import type { Model } from '../../../models/model.ts';
import type { StageRunner } from '../../../models/stack.ts';
import type { DecisionRow } from './decision-rows.ts';
import type { Batch } from './prepared-rows.ts';

/** Logits of options, question after question: of their labels as the next token, or at their own tokens. [P] */
export function optionScores(
  model: Model,
  batch: Pick<Batch, 'input'> & { rows: readonly DecisionRow[] },
  runner?: StageRunner,
): Tensor {
  const [places, targets] = placesOf(batch.rows);
  const onDevice = (values: readonly number[]) => fromArray(BigInt64Array.from(values, BigInt)).toDevice(model.device);
  const hidden = model.hidden(batch.input, { runner }); // [N, D]
  if (targets.length === 0)
    return model.tokenClassHead.scores(hidden, model.layoutOf(batch.input)).indexSelect(0, onDevice(places)).squeeze(1);
  return model.tokenHead.tokenLogProbs(hidden.indexSelect(0, onDevice(places)), onDevice(targets)).logProbs;
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
