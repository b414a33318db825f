import type { Statistic } from '../statistics/index.ts';
import type { MetricDefinition } from './metric.ts';
import { numbersMetric, type NumberPairs } from './numbers-metric.ts';

/** Root of the mean squared distance from the true number: large errors weigh more. */
export const rootMeanSquaredError: MetricDefinition = {
  name: 'rmse',
  title: 'root mean squared error',
  better: 'lower',
  reads: 'number',
  create: (options) =>
    numbersMetric(
      { own: (predicted, reference) => Math.abs(predicted - reference), statistic: rootMeanSquare },
      options,
    ),
};

function rootMeanSquare({ predicted, reference }: NumberPairs): Statistic {
  return (indices) => {
    let squares = 0;
    for (let i = 0; i < indices.length; i++) squares += (predicted[indices[i]] - reference[indices[i]]) ** 2;
    return Math.sqrt(squares / indices.length);
  };
}
