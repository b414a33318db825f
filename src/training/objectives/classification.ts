// N tokens, R rows, C classes
import type { ClassificationExample } from '../../data/example.ts';
import { fromArray } from '../../engine/tensor/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { ClassificationOptions } from './classification.options.ts';
import { prepareLabelled, unknownLabel, weightsOf, type LabelledRow } from './labelled-rows.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { loaderOf } from '../../answering/tasks/rows/row-inputs.ts';

/**
 * One label per text: cross-entropy, averaged over rows. Each row is weighted by its class weight divided by the mean
 * weight of the training set, independently of its step, so that an epoch's average is Σ w·loss / Σ w.
 */
export function create(
  options: ClassificationOptions,
  processor: Processor,
): Objective<ClassificationExample, LabelledRow> {
  const labels = processor.labels ?? [];
  const weights = meanOne(
    weightsOf(options.class_weights, labels, () => balancedWeights(processor)),
    processor,
  );
  const weightOf = ({ label }: LabelledRow) => weights?.[label] ?? 1;
  return {
    task: 'sequence',
    accepts: ['classification'],
    separable: true,
    unit: 'rows',
    config: { problem_type: 'single_label_classification' },
    prepare: (examples) => prepareLabelled(examples, ({ label }) => placeOf(label, labels), processor),
    load: loaderOf(processor),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: ({ rows }) => ({ rows: rows.length }),
    loss(model, batch, { totals, runner }) {
      const hidden = model.hidden(batch.input, { runner });
      const scores = model.sequenceHead.scores(hidden, model.layoutOf(batch.input)); // [R, C]
      const wanted = fromArray(BigInt64Array.from(batch.rows, (row) => BigInt(row.label))).toDevice(model.device);
      const logProbs = scores.logSoftmax(-1).gather(1, wanted.unsqueeze(1)).squeeze(1);
      const onDevice = (numbers: number[]) =>
        fromArray(Float64Array.from(numbers)).to(scores.dtype).toDevice(model.device);
      const hits = scores.argmax(-1).eq(wanted).sum();
      const scaled = weights === undefined ? logProbs : logProbs.mul(onDevice(batch.rows.map(weightOf)));
      return {
        perRow: scaled.mul(-1 / totals.rows),
        tally: { accuracy: { sum: hits, count: batch.rows.length } },
      };
    },
  };
}

function placeOf(
  label: string,
  labels: readonly string[],
): Pick<LabelledRow, 'label'> | ReturnType<typeof unknownLabel> {
  const place = labels.indexOf(label);
  return place < 0 ? unknownLabel(label, 'label', labels) : { label: place };
}

/** Normalises weights to a mean of 1 over the training rows, so that they do not change the learning rate. */
function meanOne(weights: readonly number[] | undefined, { statistics }: Processor): readonly number[] | undefined {
  if (weights === undefined || statistics === undefined) return weights;
  const { counts } = statistics;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const total = weights.reduce((sum, weight, k) => sum + weight * counts[k], 0);
  return rows === 0 || total === 0 ? weights : weights.map((weight) => (weight * rows) / total);
}

/** Balanced weights as in scikit-learn: rows / (classes · rows of the class); empty classes count as having one row. */
function balancedWeights({ statistics }: Processor): number[] {
  const { rows, counts } = statistics ?? { rows: 0, counts: [] };
  return counts.map((count) => rows / (counts.length * Math.max(1, count)));
}
