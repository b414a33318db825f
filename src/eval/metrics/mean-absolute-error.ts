import type { MetricDefinition } from './metric.ts';
import { numbersMetric } from './numbers-metric.ts';

/** Mean distance of the predicted number from the true one. */
export const meanAbsoluteError: MetricDefinition = {
  name: 'mae',
  title: 'mean absolute error',
  better: 'lower',
  reads: 'number',
  create: (options) => numbersMetric({ own: (predicted, reference) => Math.abs(predicted - reference) }, options),
};
