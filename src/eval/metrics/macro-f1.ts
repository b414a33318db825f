import { tableMetric, type ConfusionTable } from './confusion.ts';
import type { MetricDefinition } from './metric.ts';

/** F1 of each class that occurs, true or predicted, averaged without weights (as scikit-learn's macro average). */
export const macroF1: MetricDefinition = {
  name: 'macro_f1',
  title: 'macro F1',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) =>
    tableMetric((table, rows) => {
      const classes = classScores(table);
      const values = Object.values(classes).map(({ f1 }) => f1);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { value: mean, details: { rows: rows.count, classes } };
    }, options),
};

function classScores(table: ConfusionTable) {
  const support = new Map<string, number>();
  const chosen = new Map<string, number>();
  for (const [label, row] of table) {
    for (const [predicted, count] of row) {
      support.set(label, (support.get(label) ?? 0) + count);
      chosen.set(predicted, (chosen.get(predicted) ?? 0) + count);
    }
  }
  const labels = [...new Set([...support.keys(), ...chosen.keys()])].sort();
  return Object.fromEntries(
    labels.map((label) => {
      const right = table.get(label)?.get(label) ?? 0;
      const [expected, predicted] = [support.get(label) ?? 0, chosen.get(label) ?? 0];
      return [label, { f1: (2 * right) / (expected + predicted), rows: expected, predicted }];
    }),
  );
}
