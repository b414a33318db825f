import { classMetric } from './class-totals.ts';
import type { MetricDefinition } from './metric.ts';

/** The whole table, `details.table[true][predicted]`; its value is the accuracy. */
export const confusion: MetricDefinition = {
  name: 'confusion',
  title: 'confusion table',
  better: 'higher',
  best: 1,
  reads: 'label',
  isTable: true,
  create: (options) =>
    classMetric(({ rows, right }) => right.reduce((sum, count) => sum + count, 0) / rows, {
      ...options,
      isSingle: true,
      details: (_totals, chosen) => ({ table: chosen.table() }),
    }),
};
