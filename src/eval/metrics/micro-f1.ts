import { classMetric, type ClassTotals } from './class-totals.ts';
import type { MetricDefinition } from './metric.ts';

/**
 * F1 of the classes that have rows, over all rows together: right answers over the mean of answers and rows of these
 * classes. An answer that is no class of any row is missing, not wrong, so precision and recall part; where every
 * answer is a class it equals accuracy. Where rows may have several classes every one that is given counts.
 */
export const microF1: MetricDefinition = {
  name: 'micro_f1',
  title: 'micro F1',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) => classMetric(micro, options),
};

function micro({ support, chosen, right, isTrue, areSets }: ClassTotals): number {
  let [hits, answers, wanted] = [0, 0, 0];
  for (let k = 0; k < isTrue.length; k++) {
    wanted += support[k];
    if (isTrue[k] === 0 && !areSets) continue;
    hits += right[k];
    answers += chosen[k];
  }
  return wanted + answers === 0 ? 1 : (2 * hits) / (wanted + answers);
}
