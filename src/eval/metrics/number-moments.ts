import { comparedNumbers } from './compared-numbers.ts';
import type { Metric, MetricOptions } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/** Centred second moments of predicted and true numbers, each over the number of rows. */
export interface Moments {
  predictedVariance: number;
  referenceVariance: number;
  covariance: number;
  squaredError: number;
}

/** A metric computed from moments. A row's own value is its distance from the true number, negative. */
export function momentsMetric(value: (moments: Moments) => number, options?: MetricOptions): Metric {
  // Sums of squares far from 0 lose their digits: numbers are taken relative to the first row's.
  let origin: number | undefined;
  return sumsMetric({
    width: 7,
    row(prediction, example, sums) {
      const { predicted, reference } = comparedNumbers(prediction, example, options);
      origin ??= reference;
      const [x, y] = [predicted - origin, reference - origin];
      sums.set([1, x, y, x * x, y * y, x * y, (x - y) ** 2]);
      return x === y ? 0 : -Math.abs(x - y);
    },
    value: (sums) => value(momentsOf(sums)),
  });
}

function momentsOf([rows, x, y, xx, yy, xy, errors]: Float64Array): Moments {
  return {
    predictedVariance: xx / rows - (x / rows) ** 2,
    referenceVariance: yy / rows - (y / rows) ** 2,
    covariance: xy / rows - (x / rows) * (y / rows),
    squaredError: errors / rows,
  };
}
