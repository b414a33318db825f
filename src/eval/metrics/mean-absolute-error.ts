import { comparedNumbers } from './compared-numbers.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** Mean distance of the predicted number from the true one. */
export const meanAbsoluteError: MetricDefinition = {
  name: 'mae',
  title: 'mean absolute error',
  better: 'lower',
  reads: 'number',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, reference } = comparedNumbers(prediction, example, options);
      return Math.abs(predicted - reference);
    }),
};
