import type { MetricDefinition } from './metric.ts';
import { rankedMetric, type Ranking } from './ranked-classes.ts';

const PRECISION = 0.9;

/**
 * How many rows of a class are found where nine in ten that are taken for it are of it: the largest recall of any
 * probability from which precision is at least 0.9. One class against the rest, averaged over classes.
 */
export const recallAtPrecision: MetricDefinition = {
  name: 'recall_at_precision',
  title: 'recall at precision 0.9',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['positive'],
  create: (options) => rankedMetric(recallWherePrecise, options),
};

function recallWherePrecise({ order, isLast, isPositive }: Ranking, weights: Float64Array): number {
  let [positives, seen, precise] = [0, 0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    seen += weights[row];
    if (isPositive[row] === 1) positives += weights[row];
    if (isLast[place] === 1 && positives >= PRECISION * seen) precise = positives;
  }
  return positives === 0 || positives === seen ? Number.NaN : precise / positives;
}
