import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import type { Prediction } from '../predictor.ts';
import { rowMetric, type MetricDefinition, type MetricInput } from './metric.ts';

/** One row, as passed to a user's metric. */
export interface MetricRow {
  /** The predicted class, otherwise the trimmed text. */
  predicted: string;
  /** The right answer. */
  reference: string;
  /** The complete prediction: scores, likelihood, usage. */
  prediction: Prediction;
  /** The row itself, with its prompt. */
  example: Example;
}

export interface OwnMetric {
  /** Name in recipes and results: "valid_sql". */
  name: string;
  /** Display name; default: the name. */
  title?: string;
  better: 'higher' | 'lower';
  /** The perfect value, if there is one. */
  best?: number;
  /** Required field of a prediction; systems without it are left out. Default: text. */
  reads?: MetricInput;
  /** The value of one row: a finite number, or whether it is correct. */
  score(row: MetricRow): number | boolean;
  /** The value over rows; default: the mean. Called on many resamples for the interval. */
  summarise?(rows: Float64Array): number;
}

/**
 * Defines a custom metric for `evaluation.metrics: [./metrics.ts#name]` and `createMetric`.
 * @throws AttuneError E_METRIC_DEFINITION for an invalid definition
 */
export function defineMetric(own: OwnMetric): MetricDefinition {
  const problems = definitionProblems(own);
  if (problems.length > 0) {
    throw new AttuneError('E_METRIC_DEFINITION', {
      what: 'This metric is invalid',
      expected: '{ name, better: "higher" | "lower", score: (row) => number }',
      problems: problems.map((message) => ({ message })),
    });
  }
  const { name, title = name, better, best, reads = 'text', score, summarise } = own;
  return {
    name,
    title,
    better,
    best,
    reads,
    create(options, compare) {
      if (compare === undefined) throw new Error('user-defined metrics are created by createMetric');
      const value = (prediction: Prediction, example: Example) => {
        const found = score({ ...compare(prediction, example, options), prediction, example });
        return finite(typeof found === 'boolean' ? Number(found) : found, name, example);
      };
      if (summarise === undefined) return rowMetric(value);
      const metric = rowMetric(
        value,
        (rows) => ({ value: summarise(rows.view), details: { rows: rows.count } }),
        () => (indices) => summarise(Float64Array.from(indices, (row) => metric.rows[row])),
      );
      return metric;
    },
  };
}

function definitionProblems(own: Partial<OwnMetric>): string[] {
  const { name, better, score, summarise, best } = own;
  return [
    ...(typeof name === 'string' && /^[\w.-]+$/.test(name) ? [] : ['name must be a word: letters, digits, _, - and .']),
    ...(better === 'higher' || better === 'lower' ? [] : ['better must be "higher" or "lower"']),
    ...(typeof score === 'function' ? [] : ['score must be a function of one row']),
    ...(summarise === undefined || typeof summarise === 'function' ? [] : ['summarise must be a function']),
    ...(best === undefined || Number.isFinite(best) ? [] : ['best must be a finite number']),
  ];
}

function finite(value: unknown, name: string, { source }: Example): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new AttuneError('E_METRIC_VALUE', {
    what: `The metric "${name}" returned no number`,
    got: `${String(value)} for row ${source.file}:${source.line}`,
    expected: 'a finite number, true or false',
    fix: 'return a number for every row; async functions are not supported',
  });
}
