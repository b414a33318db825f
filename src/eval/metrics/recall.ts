import { classAverage, recallOf } from './class-average.ts';
import type { MetricDefinition } from './metric.ts';

/** How many rows of a class are found: mean over classes that occur, true or chosen, or of one class. */
export const recall: MetricDefinition = {
  name: 'recall',
  title: 'recall',
  better: 'higher',
  best: 1,
  reads: 'label',
  options: ['field', 'positive'],
  create: (options) => classAverage(recallOf, 'occurring', options),
};
