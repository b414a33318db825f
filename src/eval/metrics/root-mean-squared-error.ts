import { comparedNumbers } from './compared-numbers.ts';
import type { MetricDefinition } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/** Root of the mean squared distance from the true number: large errors weigh more. */
export const rootMeanSquaredError: MetricDefinition = {
  name: 'rmse',
  title: 'root mean squared error',
  better: 'lower',
  reads: 'number',
  create: (options) =>
    sumsMetric({
      width: 2,
      row(prediction, example, sums) {
        const { predicted, reference } = comparedNumbers(prediction, example, options);
        sums.set([1, (predicted - reference) ** 2]);
        return Math.abs(predicted - reference);
      },
      value: ([rows, squares]) => Math.sqrt(squares / rows),
    }),
};
