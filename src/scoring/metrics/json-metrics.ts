import { parseJson } from '../../files/json.ts';
import { compared, parseObject } from './compared.ts';
import { validatorOf } from './json-schema.ts';
import { type JsonSchema, type MetricDefinition, rowMetric } from './metric.ts';
import { fScore } from './n-grams.ts';
import { sumsMetric } from './row-sums.ts';

/** Share of answers that consist of one JSON object. */
export const jsonValidity: MetricDefinition = {
  name: 'json_validity',
  title: 'valid JSON',
  better: 'higher',
  best: 1,
  reads: 'text',
  checksForm: true,
  options: [],
  create: () => rowMetric((prediction) => (parseObject(prediction.text ?? '') === undefined ? 0 : 1)),
};

/**
 * Share of answers that are valid JSON and satisfy a JSON schema, with the reasons for failures and their counts.
 * Without a schema any JSON value is valid.
 * @throws AttuneError E_JSON_SCHEMA for an invalid schema
 */
export const schemaValidity: MetricDefinition = {
  name: 'schema_validity',
  title: 'meets the schema',
  better: 'higher',
  best: 1,
  reads: 'text',
  checksForm: true,
  options: ['schema'],
  create({ schema = {} } = {}) {
    const fault = faultFinder(schema);
    const faults = new Map<string, number>();
    return rowMetric(
      ({ text = '' }) => {
        const found = fault(text);
        if (found !== undefined) faults.set(found, (faults.get(found) ?? 0) + 1);
        return found === undefined ? 1 : 0;
      },
      (rows) => ({ value: rows.mean(), details: { rows: rows.count, faults: Object.fromEntries(faults) } }),
    );
  },
};

function faultFinder(schema: JsonSchema): (text: string) => string | undefined {
  const validate = validatorOf(schema);
  return (text) => {
    let value: unknown;
    try {
      value = parseJson(text);
    } catch {
      return 'not JSON';
    }
    return validate(value);
  };
}

/**
 * F1 of exactly right fields of JSON answers: of (path, value) pairs over all rows, with precision and recall. Nested
 * objects and arrays count by their leaves; an answer that is not JSON has no fields.
 */
export const jsonFields: MetricDefinition = {
  name: 'json_fields',
  title: 'field F1',
  better: 'higher',
  best: 1,
  reads: 'text',
  options: [],
  create() {
    const fields = new Map<string, FieldCounts>();
    return sumsMetric({
      width: 3,
      row(prediction, example, sums) {
        const texts = compared(prediction, example);
        const predicted = leaves(parseObject(texts.predicted));
        const expected = leaves(parseObject(texts.reference));
        const right = [...predicted].filter(([path, value]) => expected.get(path) === value).map(([path]) => path);
        sums.set([right.length, predicted.size, expected.size]);
        countFields(fields, 'right', right);
        countFields(fields, 'predicted', predicted.keys());
        countFields(fields, 'expected', expected.keys());
        return scores(right.length, predicted.size, expected.size).f1;
      },
      value: ([right, predicted, expected]) => scores(right, predicted, expected).f1,
      details([right, predicted, expected]) {
        const { precision, recall } = scores(right, predicted, expected);
        return { precision, recall, right, predicted, expected, fields: fieldScores(fields) };
      },
    });
  },
};

/** Counts of leaves under one top-level field. */
interface FieldCounts {
  right: number;
  predicted: number;
  expected: number;
}

function countFields(fields: Map<string, FieldCounts>, what: keyof FieldCounts, paths: Iterable<string>): void {
  for (const path of paths) {
    const name = path.split('/')[1].replaceAll('~1', '/').replaceAll('~0', '~');
    const counts = fields.get(name) ?? { right: 0, predicted: 0, expected: 0 };
    fields.set(name, counts);
    counts[what]++;
  }
}

function fieldScores(fields: ReadonlyMap<string, FieldCounts>) {
  const scored = [...fields].map(([name, { right, predicted, expected }]) => {
    return [name, { ...scores(right, predicted, expected), expected }] as const;
  });
  return Object.fromEntries(scored);
}

/** Two answers without fields count as equal. */
function scores(right: number, predicted: number, expected: number) {
  if (predicted === 0 && expected === 0) return { precision: 1, recall: 1, f1: 1 };
  const precision = predicted === 0 ? 0 : right / predicted;
  const recall = expected === 0 ? 0 : right / expected;
  return { precision, recall, f1: fScore(precision, recall) };
}

/** Leaf values as JSON, by path; empty objects and arrays are leaves. */
function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (value === undefined) return found;
  if (typeof value === 'object' && value !== null && (Object.keys(value).length > 0 || path === '')) {
    for (const [key, child] of Object.entries(value)) leaves(child, `${path}/${escaped(key)}`, found);
  } else {
    found.set(path, JSON.stringify(value));
  }
  return found;
}

/** Escapes a key as in JSON pointers (RFC 6901), so that no key can be mistaken for a path. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
