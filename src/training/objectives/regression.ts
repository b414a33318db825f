// N tokens, R rows
import type { RegressionExample } from '../../data/example.ts';
import { aten } from '../../engine/tensor/index.ts';
import type { Objective, Processor } from '../objective.ts';
import { prepareLabelled, valuesOf } from './labelled-rows.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { loaderOf } from '../../answering/tasks/rows/row-inputs.ts';
import type { RegressionOptions } from './regression.options.ts';
import type { ValuesRow } from '../../answering/tasks/rows/prepared-rows.ts';

/**
 * A number per text: mean squared error. Labels are standardised by the training rows, so that their scale does not
 * matter; `label_scaling` in the result undoes this.
 */
export function create(
  { standardise }: RegressionOptions,
  processor: Processor,
): Objective<RegressionExample, ValuesRow> {
  const { mean, deviation } = standardise && processor.statistics ? processor.statistics : { mean: 0, deviation: 1 };
  return {
    task: 'sequence',
    accepts: ['regression'],
    separable: true,
    unit: 'rows',
    config: { problem_type: 'regression', ...(standardise && { label_scaling: { mean, deviation } }) },
    prepare: (examples) => prepareLabelled(examples, ({ value }) => ({ values: [value] }), processor),
    load: loaderOf(processor),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: (batch) => ({ rows: batch.rows.length }),
    loss(model, batch, { totals, runner }) {
      const hidden = model.hidden(batch.input, { runner });
      const found = model.sequenceHead.scores(hidden, model.layoutOf(batch.input)).squeeze(1); // [R]
      const wanted = valuesOf(batch, found.unsqueeze(1)).squeeze(1).sub(mean).div(deviation);
      const errors = found.sub(wanted);
      return {
        perRow: errors.mul(errors).mul(1 / totals.rows),
        tally: { mae: { sum: aten.abs.default(errors).sum().mul(deviation), count: batch.rows.length } },
      };
    },
  };
}
