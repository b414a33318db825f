import type { Likelihood, Prediction } from '../predictor.ts';
import { type Metric, type MetricDefinition, missingInput } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/**
 * Sums of negative log-likelihood, tokens and bytes; `ratio` computes a value from the sums of one row or of all rows.
 */
function likelihoodMetric(ratio: (sum: Likelihood) => number): Metric {
  return sumsMetric({
    width: 3,
    row(prediction, _example, sums) {
      const row = prediction.likelihood ?? missing(prediction);
      sums.set([row.negativeLogLikelihood, row.tokens, row.bytes]);
      return ratio(row);
    },
    value: (sums) => ratio(named(sums)),
    details: (sums) => ({ ...named(sums) }),
  });
}

function named([negativeLogLikelihood, tokens, bytes]: Float64Array): Likelihood {
  return { negativeLogLikelihood, tokens, bytes };
}

function missing(prediction: Prediction): never {
  throw missingInput(prediction, 'the likelihood of each answer', 'likelihood', {
    fix: 'use it with a model, not with a baseline that only gives answers',
  });
}

/** Mean negative log-likelihood per loss token, in nats. */
export const loss: MetricDefinition = {
  name: 'loss',
  title: 'loss',
  better: 'lower',
  reads: 'likelihood',
  create: () => likelihoodMetric((sum) => sum.negativeLogLikelihood / sum.tokens),
};

/** exp of the mean loss per token: depends on the tokenizer, unlike bits per byte. */
export const perplexity: MetricDefinition = {
  name: 'perplexity',
  title: 'perplexity',
  better: 'lower',
  reads: 'likelihood',
  create: () => likelihoodMetric((sum) => Math.exp(sum.negativeLogLikelihood / sum.tokens)),
};

/** Negative log-likelihood in bits per UTF-8 byte: comparable between tokenizers. */
export const bitsPerByte: MetricDefinition = {
  name: 'bits_per_byte',
  title: 'bits per byte',
  better: 'lower',
  reads: 'likelihood',
  create: () => likelihoodMetric((sum) => sum.negativeLogLikelihood / Math.LN2 / sum.bytes),
};
