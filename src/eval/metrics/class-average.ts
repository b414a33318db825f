import { AttuneError } from '../../base/errors.ts';
import { classMetric, type ClassTotals } from './class-totals.ts';
import type { Metric, MetricOptions } from './metric.ts';

type OfClass = (k: number, totals: ClassTotals) => number;

/** Right answers over answers; 0 for a class that was never chosen (scikit-learn's zero_division=0). */
export const precisionOf: OfClass = (k, { chosen, right }) => (chosen[k] === 0 ? 0 : right[k] / chosen[k]);

/** Right answers over rows of the class; 0 for one without rows. */
export const recallOf: OfClass = (k, { support, right }) => (support[k] === 0 ? 0 : right[k] / support[k]);

export const f1Of: OfClass = (k, { support, chosen, right }) =>
  support[k] + chosen[k] === 0 ? 0 : (2 * right[k]) / (support[k] + chosen[k]);

/**
 * The score of the class `options.positive`, or else the mean over classes without weights: over those that occur,
 * true or chosen (scikit-learn's macro average), or over the true ones only.
 */
export function classAverage(ofClass: OfClass, over: 'true' | 'occurring', options: MetricOptions = {}): Metric {
  const occurs = ({ support, chosen }: ClassTotals, k: number) => support[k] + (over === 'true' ? 0 : chosen[k]) > 0;
  const average = (totals: ClassTotals) => {
    let [sum, classes] = [0, 0];
    for (let k = 0; k < totals.labels.length; k++) {
      if (!occurs(totals, k)) continue;
      sum += ofClass(k, totals);
      classes++;
    }
    return sum / classes;
  };
  const { positive } = options;
  const value = positive === undefined ? average : (totals: ClassTotals) => ofClass(placeOf(positive, totals), totals);
  return classMetric(value, { ...options, details: (totals) => ({ classes: scoresByClass(totals) }) });
}

function scoresByClass(totals: ClassTotals) {
  const scores = totals.labels.map((label, k) => {
    const parts = { precision: precisionOf(k, totals), recall: recallOf(k, totals), f1: f1Of(k, totals) };
    return [label, { ...parts, rows: totals.support[k], chosen: totals.chosen[k] }] as const;
  });
  return Object.fromEntries(scores);
}

function placeOf(positive: string, { labels }: ClassTotals): number {
  const place = labels.indexOf(positive);
  if (place >= 0) return place;
  throw new AttuneError('E_METRIC_OPTION', {
    what: `No row is of the class "${positive}", and none was given it`,
    expected: `positive: one of ${labels.slice(0, 20).join(', ')}`,
  });
}
