import type { Statistic } from '../statistics/index.ts';
import type { MetricDefinition } from './metric.ts';
import { numbersMetric, type NumberPairs } from './number-metrics.ts';

/** Rank correlation with mean ranks for ties; undefined (NaN) if either side is constant. */
export const spearman: MetricDefinition = {
  name: 'spearman',
  title: 'Spearman correlation',
  better: 'higher',
  best: 1,
  reads: 'number',
  create: (options) =>
    numbersMetric(
      {
        own: (predicted, reference) => (predicted === reference ? 0 : -Math.abs(predicted - reference)),
        statistic: rankCorrelation,
      },
      options,
    ),
};

function rankCorrelation({ predicted, reference }: NumberPairs): Statistic {
  const [x, y] = [weightedRanks(predicted), weightedRanks(reference)];
  const weights = new Float64Array(predicted.length);
  return (indices) => {
    weights.fill(0);
    for (let i = 0; i < indices.length; i++) weights[indices[i]]++;
    return weightedCorrelation(x(weights), y(weights), weights);
  };
}

/** Returns a function from row weights to ranks; sorts only once. */
function weightedRanks(values: Float64Array): (weights: Float64Array) => Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  return (weights) => {
    let below = 0;
    for (let start = 0, end = 0; start < order.length; start = end) {
      let tied = 0;
      for (; end < order.length && values[order[end]] === values[order[start]]; end++) tied += weights[order[end]];
      for (let place = start; place < end; place++) ranks[order[place]] = below + (tied + 1) / 2;
      below += tied;
    }
    return ranks;
  };
}

function weightedCorrelation(x: Float64Array, y: Float64Array, weights: Float64Array): number {
  const rows = weights.reduce((sum, weight) => sum + weight, 0);
  // Both sides have the same mean rank.
  const mean = (rows + 1) / 2;
  let [xx, yy, xy] = [0, 0, 0];
  for (let row = 0; row < weights.length; row++) {
    const [dx, dy] = [x[row] - mean, y[row] - mean];
    xx += weights[row] * dx * dx;
    yy += weights[row] * dy * dy;
    xy += weights[row] * dx * dy;
  }
  return xx * yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}
