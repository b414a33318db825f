import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import { parseJson } from '../../files/json.ts';
import { joinLabels } from '../../data/kinds/multilabel.ts';
import { answerText, splitLabels } from '../prompt-text.ts';
import type { Prediction } from '../predictor.ts';
import type { MetricOptions } from './metric.ts';

/** The two texts that a metric compares. */
export interface Compared {
  /** Empty if nothing was predicted, or the predicted JSON lacks the field. */
  predicted: string;
  reference: string;
}

/** The whole texts, or one field of both if `options.field` names it. */
export function compared(prediction: Prediction, example: Example, options?: MetricOptions): Compared {
  const predicted = prediction.text ?? prediction.label ?? '';
  const reference = answerText(example);
  if (options?.field === undefined) return { predicted, reference };
  return { predicted: fieldOf(predicted, options.field), reference: fieldOf(reference, options.field) };
}

/** Like `compared`, with every correct answer; an empty one if the text contains none. */
export function comparedAnswers(
  prediction: Prediction,
  example: Example,
  options?: MetricOptions,
): { predicted: string; references: readonly string[] } {
  const { predicted, reference } = compared(prediction, example, options);
  const several = example.kind === 'question' && options?.field === undefined ? (example.answers ?? []) : [];
  return { predicted, references: several.length === 0 ? [reference] : several.map(({ text }) => text) };
}

/**
 * As `compared`, but prefers a prediction's class over its text. Several classes form one answer, which is right only
 * as a whole.
 */
export function comparedLabels(prediction: Prediction, example: Example, options?: MetricOptions): Compared {
  if (example.kind === 'multilabel' && options?.field === undefined) {
    const sets = comparedSets(prediction, example, options);
    return { predicted: joinLabels(sets.predicted), reference: joinLabels(sets.reference) };
  }
  const { predicted, reference } = compared(prediction, example, options);
  const label = options?.field === undefined ? (prediction.label ?? predicted) : predicted;
  return { predicted: label.trim(), reference: reference.trim() };
}

/** True and predicted classes of a row: one each, or any number for multi-label rows. */
export interface ComparedSets {
  predicted: readonly string[];
  reference: readonly string[];
}

export function comparedSets(prediction: Prediction, example: Example, options?: MetricOptions): ComparedSets {
  if (example.kind === 'multilabel' && options?.field === undefined) {
    return { predicted: prediction.labels ?? splitLabels(prediction.text ?? ''), reference: example.labels };
  }
  const { predicted, reference } = comparedLabels(prediction, example, options);
  return { predicted: [predicted], reference: [reference] };
}

/** @throws AttuneError E_METRIC_ROWS for multi-label rows */
export function refuseSets({ kind, source }: Example): void {
  if (kind !== 'multilabel') return;
  throw new AttuneError('E_METRIC_ROWS', {
    what: 'This metric needs rows of one class each',
    got: `any number of labels in ${source.file}:${source.line}`,
    fix: 'choose micro_f1, macro_f1, precision, recall, average_precision, roc_auc or log_loss',
  });
}

/** Parses the text as a JSON object; undefined if it is not one. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseJson(text);
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
