import { compared, parseObject } from './compared.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';
import { fScore } from './n-grams.ts';

/**
 * Fields of a JSON answer that are exactly right: F1 of (path, value) pairs over all rows, precision and recall beside
 * it. Nested objects and arrays count by their leaves; an answer that is not JSON has no fields.
 */
export const jsonFields: MetricDefinition = {
  name: 'json_fields',
  title: 'field F1',
  better: 'higher',
  best: 1,
  reads: 'text',
  create() {
    const sum = { right: 0, predicted: 0, expected: 0 };
    return rowMetric(
      (prediction, example) => {
        const texts = compared(prediction, example);
        const predicted = leaves(parseObject(texts.predicted));
        const expected = leaves(parseObject(texts.reference));
        const right = [...predicted].filter(([path, value]) => expected.get(path) === value).length;
        sum.right += right;
        sum.predicted += predicted.size;
        sum.expected += expected.size;
        return scores(right, predicted.size, expected.size).f1;
      },
      (rows) => {
        const { precision, recall, f1 } = scores(sum.right, sum.predicted, sum.expected);
        return { value: f1, details: { rows: rows.count, precision, recall, ...sum } };
      },
    );
  },
};

/** Two answers without any field agree. */
function scores(right: number, predicted: number, expected: number) {
  if (predicted === 0 && expected === 0) return { precision: 1, recall: 1, f1: 1 };
  const precision = predicted === 0 ? 0 : right / predicted;
  const recall = expected === 0 ? 0 : right / expected;
  return { precision, recall, f1: fScore(precision, recall) };
}

/** Leaf values as JSON by their path; an empty object or array is a leaf. */
function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (value === undefined) return found;
  if (typeof value === 'object' && value !== null && (Object.keys(value).length > 0 || path === '')) {
    for (const [key, child] of Object.entries(value)) leaves(child, `${path}/${key.replaceAll('/', '~1')}`, found);
  } else {
    found.set(path, JSON.stringify(value));
  }
  return found;
}
