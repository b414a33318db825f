import { classAverage, recallOf } from './class-average.ts';
import type { MetricDefinition } from './metric.ts';

/** Mean over the true classes of the share of their rows that are right: every class weighs the same. */
export const balancedAccuracy: MetricDefinition = {
  name: 'balanced_accuracy',
  title: 'balanced accuracy',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) => classAverage(recallOf, 'true', options),
};
