import { likelihoodMetric } from './likelihood.ts';
import type { MetricDefinition } from './metric.ts';

/** exp of the mean loss of a token: depends on the tokenizer, unlike bits per byte. */
export const perplexity: MetricDefinition = {
  name: 'perplexity',
  title: 'perplexity',
  better: 'lower',
  reads: 'likelihood',
  create: () => likelihoodMetric((sum) => Math.exp(sum.negativeLogLikelihood / sum.tokens)),
};
