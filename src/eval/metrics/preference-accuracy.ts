import { rowMetric, type MetricDefinition } from './metric.ts';

/** Share of pairs whose chosen answer is preferred to the rejected one; a tie counts half. */
export const preferenceAccuracy: MetricDefinition = {
  name: 'preference_accuracy',
  title: 'preference accuracy',
  better: 'higher',
  best: 1,
  reads: 'margin',
  create: () =>
    rowMetric(({ margin = Number.NaN }) => (margin > 0 ? 1 : margin === 0 ? 0.5 : margin < 0 ? 0 : Number.NaN)),
};
