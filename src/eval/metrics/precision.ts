import { classAverage, precisionOf } from './class-average.ts';
import type { MetricDefinition } from './metric.ts';

/** How often a class is right where it is chosen: mean over classes, or of one class. */
export const precision: MetricDefinition = {
  name: 'precision',
  title: 'precision',
  better: 'higher',
  best: 1,
  reads: 'label',
  options: ['field', 'positive'],
  create: (options) => classAverage(precisionOf, 'occurring', options),
};
