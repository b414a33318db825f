import type { Example } from '../../data/example.ts';
import { answerText } from '../example-text.ts';
import type { Prediction } from '../predictor.ts';
import type { MetricOptions } from './metric.ts';

/** The two texts that a metric compares. */
export interface Compared {
  /** Empty where nothing was predicted, or the predicted JSON has no such field. */
  predicted: string;
  reference: string;
}

/** Whole texts, or one field of both where `options.field` names it. */
export function compared(prediction: Prediction, example: Example, options?: MetricOptions): Compared {
  const predicted = prediction.text ?? prediction.label ?? '';
  const reference = answerText(example);
  if (options?.field === undefined) return { predicted, reference };
  return { predicted: fieldOf(predicted, options.field), reference: fieldOf(reference, options.field) };
}

/** As `compared`, but a prediction's class goes before its text: what a classifier chose is its answer. */
export function comparedLabels(prediction: Prediction, example: Example, options?: MetricOptions): Compared {
  const { predicted, reference } = compared(prediction, example, options);
  const label = options?.field === undefined ? (prediction.label ?? predicted) : predicted;
  return { predicted: label.trim(), reference: reference.trim() };
}

/** The text as a JSON object, or undefined where it is not one. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function fieldOf(text: string, field: string): string {
  const object = parseObject(text);
  if (object === undefined || !Object.hasOwn(object, field)) return '';
  const value = object[field];
  return typeof value === 'string' ? value : JSON.stringify(value);
}
