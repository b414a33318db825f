// N tokens, R rows, C classes
import type { MultiLabelExample } from '../../data/example.ts';
import { aten, fromArray } from '../../engine/tensor/index.ts';
import type { Objective, Processor } from '../objective.ts';
import { prepareLabelled, unknownLabel, valuesOf, weightsOf } from './labelled-rows.ts';
import type { MultiLabelOptions } from './multilabel.options.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { loaderOf } from '../../answering/tasks/rows/row-inputs.ts';
import type { ValuesRow } from '../../answering/tasks/rows/prepared-rows.ts';

const NO_REDUCTION = 0;

/** Any number of labels per text: binary cross-entropy, averaged over labels and rows. */
export function create(options: MultiLabelOptions, processor: Processor): Objective<MultiLabelExample, ValuesRow> {
  const labels = processor.labels ?? [];
  const weights = weightsOf(options.class_weights, labels, () => balancedWeights(processor));
  return {
    task: 'sequence',
    accepts: ['multilabel'],
    separable: true,
    unit: 'rows',
    config: { problem_type: 'multi_label_classification' },
    prepare: (examples) =>
      prepareLabelled(
        examples,
        (example) => {
          const unknown = example.labels.find((label) => !labels.includes(label));
          if (unknown !== undefined) return unknownLabel(unknown, 'labels', labels);
          return { values: labels.map((label) => (example.labels.includes(label) ? 1 : 0)) };
        },
        processor,
      ),
    load: loaderOf(processor),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: (batch) => ({ rows: batch.rows.length }),
    loss(model, batch, { totals, runner }) {
      const hidden = model.hidden(batch.input, { runner });
      const scores = model.sequenceHead.scores(hidden, model.layoutOf(batch.input)); // [R, C]
      const wanted = valuesOf(batch, scores); // [R, C]
      const losses = aten.binary_cross_entropy_with_logits.default(scores, wanted, {
        pos_weight: weights && fromArray(Float64Array.from(weights)).to(scores.dtype).toDevice(model.device),
        reduction: NO_REDUCTION,
      });
      const hits = aten.gt.Scalar(scores, 0).eq(wanted).to('f32').mean(-1).sum();
      return {
        perRow: losses.mean(-1).mul(1 / totals.rows),
        tally: { label_accuracy: { sum: hits, count: batch.rows.length } },
      };
    },
  };
}

/** Rows without a label divided by rows with it (the reference's `pos_weight`). */
function balancedWeights({ statistics }: Processor): number[] {
  const { rows, counts } = statistics ?? { rows: 0, counts: [] };
  return counts.map((count) => Math.max(1, rows - count) / Math.max(1, count));
}
