import type { Example } from '../../data/example.ts';
import type { Prediction } from '../predictor.ts';
import { AttuneError } from '../../base/errors.ts';
import { compared } from './compared.ts';
import type { MetricOptions } from './metric.ts';
import { missingInput } from './missing-input.ts';

export interface ComparedNumbers {
  /** Undefined for an answer that is no number. */
  predicted?: number;
  reference: number;
}

/** The text as a number, without anything around it but white space; undefined where it is none. */
export function parseNumber(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** @throws AttuneError E_METRIC_INPUT without any answer; E_METRIC_ROWS where the row's own, or the field of it, is no number */
export function comparedNumbers(prediction: Prediction, example: Example, options?: MetricOptions): ComparedNumbers {
  if (prediction.text === undefined && prediction.label === undefined) {
    const fix = 'choose a metric that needs no answers';
    throw missingInput(prediction, 'answers that are numbers', 'an answer', { fix });
  }
  const texts = compared(prediction, example, options);
  const [predicted, reference] = [parseNumber(texts.predicted), parseNumber(texts.reference)];
  if (reference !== undefined) return { predicted, reference };
  throw new AttuneError('E_METRIC_ROWS', {
    what: 'This metric needs rows whose answers are numbers',
    got: `"${texts.reference.slice(0, 40)}" in ${example.source.file}:${example.source.line}`,
    fix: 'choose a metric of texts',
  });
}
