import type { MetricDefinition } from './metric.ts';
import { momentsMetric } from './number-moments.ts';

/** Linear correlation of predicted and true numbers; not defined (NaN) where either are all equal. */
export const pearson: MetricDefinition = {
  name: 'pearson',
  title: 'Pearson correlation',
  better: 'higher',
  best: 1,
  reads: 'number',
  create: (options) =>
    momentsMetric(({ covariance, predictedVariance, referenceVariance }) => {
      const spread = predictedVariance * referenceVariance;
      return spread > 0 ? covariance / Math.sqrt(spread) : Number.NaN;
    }, options),
};
