import { likelihoodMetric } from './likelihood.ts';
import type { MetricDefinition } from './metric.ts';

/** Negative log-likelihood in bits over UTF-8 bytes: comparable between tokenizers. */
export const bitsPerByte: MetricDefinition = {
  name: 'bits_per_byte',
  title: 'bits per byte',
  better: 'lower',
  reads: 'likelihood',
  create: () => likelihoodMetric((sum) => sum.negativeLogLikelihood / Math.LN2 / sum.bytes),
};
