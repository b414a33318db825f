import type { MetricDefinition } from './metric.ts';
import { rankedMetric, type Ranking } from './ranked-classes.ts';

/**
 * Area under the ROC curve: how often a row of the class has a higher probability of it than another row, ties
 * counting half. One class against the rest, averaged over classes (scikit-learn's multi_class="ovr").
 */
export const rocAuc: MetricDefinition = {
  name: 'roc_auc',
  title: 'ROC-AUC',
  better: 'higher',
  best: 1,
  reads: 'scores',
  options: ['positive'],
  create: (options) => rankedMetric(areaUnderRoc, options),
};

function areaUnderRoc({ order, isLast, isPositive }: Ranking, weights: Float64Array): number {
  let [positives, negatives, area] = [0, 0, 0];
  let [tiedPositives, tiedNegatives] = [0, 0];
  for (let place = 0; place < order.length; place++) {
    const row = order[place];
    if (isPositive[row] === 1) tiedPositives += weights[row];
    else tiedNegatives += weights[row];
    if (isLast[place] === 0) continue;
    area += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    tiedPositives = 0;
    tiedNegatives = 0;
  }
  return area / (positives * negatives);
}
