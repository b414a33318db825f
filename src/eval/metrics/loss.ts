import { likelihoodMetric } from './likelihood.ts';
import type { MetricDefinition } from './metric.ts';

/** Mean negative log-likelihood of a loss token, in nats. */
export const loss: MetricDefinition = {
  name: 'loss',
  title: 'loss',
  better: 'lower',
  reads: 'likelihood',
  create: () => likelihoodMetric((sum) => sum.negativeLogLikelihood / sum.tokens),
};
