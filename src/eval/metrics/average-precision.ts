import type { MetricDefinition } from './metric.ts';
import { rankedMetric, type Ranking } from './ranked-classes.ts';

/**
 * Area under the precision-recall curve as average precision: precision at each new probability, weighted by the
 * recall that it adds, without interpolation. One class against the rest, averaged over classes.
 */
export const averagePrecision: MetricDefinition = {
  name: 'average_precision',
  title: 'average precision',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['positive'],
  create: (options) => rankedMetric(areaUnderPrecision, options),
};

function areaUnderPrecision({ order, isLast, isPositive }: Ranking, weights: Float64Array): number {
  let [positives, seen, tied, area] = [0, 0, 0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    seen += weights[row];
    if (isPositive[row] === 1) tied += weights[row];
    if (isLast[place] === 0 || tied === 0) continue;
    positives += tied;
    area += (tied * positives) / seen;
    tied = 0;
  }
  return positives === seen ? Number.NaN : area / positives;
}
