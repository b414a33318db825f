import { classMetric, type ClassTotals } from './class-totals.ts';
import type { MetricDefinition } from './metric.ts';

/**
 * Matthews correlation coefficient of any number of classes (Gorodkin 2004): 1 is right everywhere, 0 no better than
 * chance, also where one class was always chosen.
 */
export const matthews: MetricDefinition = {
  name: 'mcc',
  title: 'Matthews correlation',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) => classMetric(correlation, { ...options, isSingle: true }),
};

function correlation({ rows, support, chosen, right }: ClassTotals): number {
  let [hits, both, supports, choices] = [0, 0, 0, 0];
  for (let k = 0; k < support.length; k++) {
    hits += right[k];
    both += support[k] * chosen[k];
    supports += support[k] ** 2;
    choices += chosen[k] ** 2;
  }
  const spread = (rows ** 2 - supports) * (rows ** 2 - choices);
  // One class only, always chosen: right everywhere, though there is no correlation to speak of.
  if (spread === 0) return hits === rows ? 1 : 0;
  return (hits * rows - both) / Math.sqrt(spread);
}
