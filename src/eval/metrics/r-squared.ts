import type { MetricDefinition } from './metric.ts';
import { momentsMetric } from './number-moments.ts';

/**
 * Coefficient of determination: 1 less the squared error over that of always answering the mean; below 0 where the
 * mean would have been nearer. Not defined (NaN) where all true numbers are equal.
 */
export const rSquared: MetricDefinition = {
  name: 'r2',
  title: 'R²',
  better: 'higher',
  best: 1,
  reads: 'number',
  create: (options) =>
    momentsMetric(({ squaredError, referenceVariance }) => {
      return referenceVariance > 0 ? 1 - squaredError / referenceVariance : Number.NaN;
    }, options),
};
