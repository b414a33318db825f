import { AttuneError } from '../../base/errors.ts';
import type { Likelihood, Prediction } from '../predictor.ts';
import { rowMetric, type Metric, type RowValues } from './metric.ts';

/** Sums of negative log-likelihood, tokens and bytes; `ratio` says what one value is, of a row or of all rows. */
export function likelihoodMetric(ratio: (sum: Likelihood) => number): Metric {
  const total: Likelihood = { negativeLogLikelihood: 0, tokens: 0, bytes: 0 };
  const add = (prediction: Prediction): number => {
    const row = prediction.likelihood ?? missing(prediction);
    total.negativeLogLikelihood += row.negativeLogLikelihood;
    total.tokens += row.tokens;
    total.bytes += row.bytes;
    return ratio(row);
  };
  const summarise = (rows: RowValues) => ({ value: ratio(total), details: { rows: rows.count, ...total } });
  return rowMetric(add, summarise);
}

function missing(prediction: Prediction): never {
  throw new AttuneError('E_METRIC_INPUT', {
    what: 'This metric needs the likelihood of each answer',
    got: `a prediction without likelihood (row ${prediction.id})`,
    fix: 'use it with a model, not with a baseline that only answers',
  });
}
