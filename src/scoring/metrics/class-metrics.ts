import { AttuneError } from '../../base/errors.ts';
import { type ClassTotals, classMetric } from './class-totals.ts';
import { comparedLabels } from './compared.ts';
import { type Metric, type MetricDefinition, type MetricOptions, rowMetric } from './metric.ts';

type OfClass = (k: number, totals: ClassTotals) => number;

/**
 * Right predictions divided by predictions of the class; 0 if it was never predicted (scikit-learn's zero_division=0).
 */
const precisionOf: OfClass = (k, { chosen, right }) => (chosen[k] === 0 ? 0 : right[k] / chosen[k]);

/** Right predictions divided by rows of the class; 0 for a class without rows. */
const recallOf: OfClass = (k, { support, right }) => (support[k] === 0 ? 0 : right[k] / support[k]);

const f1Of: OfClass = (k, { support, chosen, right }) =>
  support[k] + chosen[k] === 0 ? 0 : (2 * right[k]) / (support[k] + chosen[k]);

/**
 * Score of the class `options.positive`, or the unweighted mean over classes: those that occur, true or predicted
 * (scikit-learn's macro average), or only the true ones.
 */
function classAverage(ofClass: OfClass, over: 'true' | 'occurring', options: MetricOptions = {}): Metric {
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
    what: `No row has or was assigned the class "${positive}"`,
    expected: `positive: one of ${labels.slice(0, 20).join(', ')}`,
  });
}

/** Share of rows with the right class. */
export const accuracy: MetricDefinition = {
  name: 'accuracy',
  title: 'accuracy',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, reference } = comparedLabels(prediction, example, options);
      return predicted === reference ? 1 : 0;
    }),
};

/** Mean recall over the true classes: every class has the same weight. */
export const balancedAccuracy: MetricDefinition = {
  name: 'balanced_accuracy',
  title: 'balanced accuracy',
  better: 'higher',
  best: 1,
  reads: 'label',
  create: (options) => classAverage(recallOf, 'true', options),
};

/** Share of a class's predictions that are right: mean over classes, or for one class. */
export const precision: MetricDefinition = {
  name: 'precision',
  title: 'precision',
  better: 'higher',
  best: 1,
  reads: 'label',
  options: ['field', 'positive'],
  create: (options) => classAverage(precisionOf, 'occurring', options),
};

/** Share of a class's rows that are found: mean over the classes that occur, true or predicted, or for one class. */
export const recall: MetricDefinition = {
  name: 'recall',
  title: 'recall',
  better: 'higher',
  best: 1,
  reads: 'label',
  options: ['field', 'positive'],
  create: (options) => classAverage(recallOf, 'occurring', options),
};

/** F1 of each class that occurs, true or predicted, unweighted mean; or of one class. */
export const macroF1: MetricDefinition = {
  name: 'macro_f1',
  title: 'macro F1',
  ofClass: 'F1',
  better: 'higher',
  best: 1,
  reads: 'label',
  options: ['field', 'positive'],
  create: (options) => classAverage(f1Of, 'occurring', options),
};

/**
 * F1 of the classes that have rows, over all rows together: right predictions divided by the mean of predictions and
 * rows of these classes. A prediction outside these classes counts as missing rather than wrong, so precision and
 * recall differ; otherwise it equals accuracy. For multi-label rows each label counts.
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

/**
 * Matthews correlation coefficient for any number of classes (Gorodkin 2004): 1 if everything is right, 0 at chance
 * level, also for a constant prediction.
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
  // A single class, always predicted: everything is right, though the correlation is undefined.
  if (spread === 0) return hits === rows ? 1 : 0;
  return (hits * rows - both) / Math.sqrt(spread);
}

/** The whole confusion table, `details.table[true][predicted]`; its value is the accuracy. */
export const confusion: MetricDefinition = {
  name: 'confusion',
  title: 'confusion table',
  better: 'higher',
  best: 1,
  reads: 'label',
  isTable: true,
  create: (options) =>
    classMetric(({ rows, right }) => right.reduce((sum, count) => sum + count, 0) / rows, {
      ...options,
      isSingle: true,
      details: (_totals, chosen) => ({ table: chosen.table() }),
    }),
};
