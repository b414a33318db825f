import { classProbabilities } from './class-probabilities.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** Mean of -ln p(true class), in nats; p is kept off 0 by the smallest step of a double at 1, as scikit-learn does. */
export const logLoss: MetricDefinition = {
  name: 'log_loss',
  title: 'log-loss',
  better: 'lower',
  reads: 'scores',
  create: () =>
    rowMetric((prediction, example) => {
      const { ofTruth } = classProbabilities(prediction, example);
      return -Math.log(Math.min(Math.max(ofTruth, Number.EPSILON), 1));
    }),
};
