import { classAverage, f1Of } from './class-average.ts';
import type { MetricDefinition } from './metric.ts';

/** F1 of each class that occurs, true or predicted, averaged without weights; or of one class. */
export const macroF1: MetricDefinition = {
  name: 'macro_f1',
  title: 'macro F1',
  ofClass: 'F1',
  better: 'higher',
  best: 1,
  reads: 'label',
  options: ['field', 'positive'],
  create: (options) => classAverage(f1Of, 'occurring', options),
};
