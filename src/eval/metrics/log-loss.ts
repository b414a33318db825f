import { classProbabilities, labelProbabilities } from './class-probabilities.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/**
 * Mean of -ln p(true class), in nats; p is kept off 0 by the smallest step of a double at 1, as scikit-learn does. Of
 * rows with any number of classes, the mean over the classes of -ln p(whether the row has it).
 */
export const logLoss: MetricDefinition = {
  name: 'log_loss',
  title: 'log-loss',
  better: 'lower',
  reads: 'scores',
  create: () =>
    rowMetric((prediction, example) => {
      if (example.kind !== 'multilabel') return surprise(classProbabilities(prediction, example).ofTruth);
      const labels = labelProbabilities(prediction, example);
      const sum = labels.reduce((total, { probability: p, isTrue }) => total + surprise(isTrue ? p : 1 - p), 0);
      return sum / Math.max(1, labels.length);
    }),
};

function surprise(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, Number.EPSILON), 1));
}
