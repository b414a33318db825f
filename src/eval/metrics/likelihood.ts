import type { Likelihood, Prediction } from '../predictor.ts';
import { missingInput } from './missing-input.ts';
import type { Metric } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/** Sums of negative log-likelihood, tokens and bytes; `ratio` says what one value is, of a row or of all rows. */
export function likelihoodMetric(ratio: (sum: Likelihood) => number): Metric {
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
    fix: 'use it with a model, not with a baseline that only answers',
  });
}
