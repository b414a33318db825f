import type { MetricOptions, Metric } from './metric.ts';
import { numbersMetric, type NumberPairs } from './numbers-metric.ts';

/** Centred second moments of predicted and true numbers, each over the number of rows. */
export interface Moments {
  predictedVariance: number;
  referenceVariance: number;
  covariance: number;
  squaredError: number;
}

/** A metric computed from moments. A row's own value is its distance from the true number, negative. */
export function momentsMetric(value: (moments: Moments) => number, options?: MetricOptions): Metric {
  return numbersMetric(
    {
      own: (predicted, reference) => (predicted === reference ? 0 : -Math.abs(predicted - reference)),
      statistic: (pairs) => {
        // Sums of squares far from 0 lose their digits: numbers are taken relative to the first row's.
        const [origin] = pairs.reference;
        return (indices) => value(momentsOf(pairs, indices, origin));
      },
    },
    options,
  );
}

function momentsOf({ predicted, reference }: NumberPairs, indices: Uint32Array, origin: number): Moments {
  let [x, y, xx, yy, xy, errors] = [0, 0, 0, 0, 0, 0];
  const rows = indices.length;
  for (let i = 0; i < rows; i++) {
    const [a, b] = [predicted[indices[i]] - origin, reference[indices[i]] - origin];
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
    errors += (a - b) ** 2;
  }
  return {
    predictedVariance: xx / rows - (x / rows) ** 2,
    referenceVariance: yy / rows - (y / rows) ** 2,
    covariance: xy / rows - (x / rows) * (y / rows),
    squaredError: errors / rows,
  };
}
