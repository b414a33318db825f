import { compared } from './compared.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** Share of answers equal to the reference, outer white space aside. */
export const exactMatch: MetricDefinition = {
  name: 'exact_match',
  title: 'exact match',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, reference } = compared(prediction, example, options);
      return predicted.trim() === reference.trim() ? 1 : 0;
    }),
};
