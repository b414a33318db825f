import { comparedLabels } from './compared.ts';
import { rowMetric, type MetricDefinition, type MetricOptions, type MetricResult, type RowValues } from './metric.ts';

/** Counts by true label, then by predicted label. */
export type ConfusionTable = Map<string, Map<string, number>>;

/** A metric of classes: 1 or 0 per row, the result from the whole table. */
export function tableMetric(
  summarise: (table: ConfusionTable, rows: RowValues) => MetricResult,
  options?: MetricOptions,
) {
  const table: ConfusionTable = new Map();
  return rowMetric(
    (prediction, example) => {
      const { predicted, reference } = comparedLabels(prediction, example, options);
      const row = table.get(reference) ?? new Map<string, number>();
      table.set(reference, row);
      row.set(predicted, (row.get(predicted) ?? 0) + 1);
      return predicted === reference ? 1 : 0;
    },
    (rows) => summarise(table, rows),
  );
}

/** The whole table, `details.table[true][predicted]`; its value is the accuracy. */
export const confusion: MetricDefinition = {
  name: 'confusion',
  title: 'confusion table',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) =>
    tableMetric((table, rows) => {
      const plain = [...table].map(([label, row]) => [label, Object.fromEntries(row)] as const);
      return { value: rows.mean(), details: { rows: rows.count, table: Object.fromEntries(plain) } };
    }, options),
};
