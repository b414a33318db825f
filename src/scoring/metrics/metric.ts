import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import type { Prediction } from '../predictor.ts';
import type { Statistic } from '../statistics/index.ts';

export interface MetricResult {
  /** Over all rows, as the metric defines: their mean, or a value computed from sums. */
  value: number;
  /** Further results: parts, counts, a confusion table. */
  details: Record<string, unknown>;
}

/** A streaming reducer: keeps sums and one number per row, never texts or logits (F5). */
export interface Metric {
  /** Adds one row and returns its own value; NaN if that depends on all rows. */
  add(prediction: Prediction, example: Example): number;
  /** @throws E_NO_ROWS before the first row */
  result(): MetricResult;
  /** The value of each row in the order they were added, for paired statistics. */
  readonly rows: Float64Array;
  /** Computes the value for any selection of the rows added so far; absent if it is the mean of `rows`. */
  statistic?(): Statistic;
}

export interface MetricOptions {
  /** Compares this field of JSON answers instead of the whole text. */
  field?: string;
  /** A regular expression (flag u) that must match somewhere in the trimmed answer. */
  pattern?: string;
  /** A JSON schema that answers must satisfy. */
  schema?: JsonSchema;
  /** Number of most likely classes that may contain the correct one. */
  k?: number;
  /** The class to find, if the task is to find one of two. */
  positive?: string;
  /** Normalisation of speech: case and punctuation (basic, the default), or also English forms. */
  normalizer?: 'basic' | 'english';
  /** Number of equal-width bins of confidence. */
  bins?: number;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Input of a metric: `calls` a text with tool calls, `number` a text that is a number, `ranking` ranked texts of a
 * collection, `image-ranking` ranked images, `items` ranked items for rows with a history, `tags` a text with one tag
 * per word, `scores` class probabilities, `margin` the preference for the chosen answer of a pair, `steps` the
 * probability that each step of an answer is right, `decisions` the options of typed questions, `reward`
 * the reward of an answer.
 */
export type MetricInput =
  | 'text'
  | 'calls'
  | 'label'
  | 'number'
  | 'ranking'
  | 'image-ranking'
  | 'items'
  | 'tags'
  | 'scores'
  | 'likelihood'
  | 'margin'
  | 'steps'
  | 'decisions'
  | 'reward'
  | 'usage';

export interface MetricDefinition {
  readonly name: string;
  /** Display name: "chrF", "exact match". */
  readonly title: string;
  /** Display name for a single class: "F1"; default: the title. */
  readonly ofClass?: string;
  readonly better: 'higher' | 'lower';
  /** Perfect value of a bounded metric (1 or 100); undefined for others. */
  readonly best?: number;
  readonly reads: MetricInput;
  /** Whether its value, 1 or 0, states if an answer has the required format; answers with 0 are shown as invalid. */
  readonly checksForm?: boolean;
  /** Whether its result is the table in the details; its value is neither shown nor compared. */
  readonly isTable?: boolean;
  /** Whether it describes answers without ranking them: it is shown, but never decides. */
  readonly isProperty?: boolean;
  /** Supported options. */
  readonly options?: readonly (keyof MetricOptions)[];
  /** `compare` returns the predicted and the right answer of a row, so that user-defined metrics need not import it. */
  create(options?: MetricOptions, compare?: CompareRow): Metric;
}

export type CompareRow = (
  prediction: Prediction,
  example: Example,
  options?: MetricOptions,
) => { predicted: string; reference: string };

/** Growable array; eight bytes per row. */
export class RowValues {
  #values = new Float64Array(256);
  #count = 0;

  push(value: number): number {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
    return value;
  }

  get count(): number {
    return this.#count;
  }

  get view(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  mean(): number {
    let sum = 0;
    for (const value of this.view) sum += value;
    return sum / this.#count;
  }
}

/**
 * A metric from functions: the value of one row, the result over all rows (by default their mean), and the value of
 * any subset if it is not a mean.
 */
export function rowMetric(
  valueOf: (prediction: Prediction, example: Example) => number,
  summarise: (rows: RowValues) => MetricResult = meanOfRows,
  statistic?: () => Statistic,
): Metric {
  const values = new RowValues();
  return {
    add: (prediction, example) => values.push(valueOf(prediction, example)),
    result() {
      if (values.count === 0) throw noRows();
      return summarise(values);
    },
    get rows() {
      return values.view;
    },
    statistic,
  };
}

export function meanOfRows(values: RowValues): MetricResult {
  return { value: values.mean(), details: { rows: values.count } };
}

export function noRows(): AttuneError {
  return new AttuneError('E_NO_ROWS', { what: 'No row was scored', fix: 'give the evaluation at least one row' });
}

/** Error for predictions that lack the metric's input. */
export function missingInput(
  prediction: Prediction,
  needed: string,
  lacking: string,
  { fix }: { fix: string },
): AttuneError {
  return new AttuneError('E_METRIC_INPUT', {
    what: `This metric needs ${needed}`,
    got: `a prediction without ${lacking} (row ${prediction.id})`,
    fix,
  });
}
