/** Metrics of predicted and true numbers, including answers that are not numbers. */
import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import type { Prediction } from '../predictor.ts';
import type { Statistic } from '../statistics/index.ts';
import { compared } from './compared.ts';
import { type Metric, type MetricDefinition, type MetricOptions, RowValues, missingInput, noRows } from './metric.ts';

interface ComparedNumbers {
  /** Undefined if the answer is not a number. */
  predicted?: number;
  reference: number;
}

/** The text as a number, ignoring white space around it; undefined otherwise. */
function parseNumber(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** @throws AttuneError E_METRIC_INPUT without any answer; E_METRIC_ROWS if the row's answer, or its field, is not a number */
function comparedNumbers(prediction: Prediction, example: Example, options?: MetricOptions): ComparedNumbers {
  if (prediction.text === undefined && prediction.label === undefined) {
    const fix = 'choose a metric that does not need answers';
    throw missingInput(prediction, 'answers that are numbers', 'an answer', { fix });
  }
  const texts = compared(prediction, example, options);
  const [predicted, reference] = [parseNumber(texts.predicted), parseNumber(texts.reference)];
  if (reference !== undefined) return { predicted, reference };
  throw new AttuneError('E_METRIC_ROWS', {
    what: 'This metric needs rows whose answers are numbers',
    got: `"${texts.reference.slice(0, 40)}" in ${example.source.file}:${example.source.line}`,
    fix: 'choose a text metric',
  });
}

/** Predicted and true numbers of all rows. */
export interface NumberPairs {
  predicted: Float64Array;
  reference: Float64Array;
}

interface NumbersDefinition {
  /** A row's own value. */
  own(predicted: number, reference: number): number;
  /** The value for any selection of rows, if it is not the mean of their values. */
  statistic?(pairs: NumberPairs): Statistic;
}

/** Above this share of answers that are not numbers, a system has no value. */
const MOST_UNREADABLE = 0.5;
/** Number of such rows listed by id. */
const MOST_LISTED = 20;

/**
 * An answer that is not a number counts as the mean of the true numbers, the best constant guess: leaving such rows
 * out would favour a system that fails on the hard ones. They are counted and listed.
 */
export function numbersMetric({ own, statistic }: NumbersDefinition, options?: MetricOptions): Metric {
  const [predicted, reference] = [new RowValues(), new RowValues()];
  const unreadable: string[] = [];
  let settled: NumberPairs | undefined;
  const pairs = (): NumberPairs => (settled ??= settle({ predicted, reference, unreadable }));
  const rows = () => {
    const { predicted: said, reference: truth } = pairs();
    return said.map((value, row) => own(value, truth[row]));
  };
  const valueOf = () => (statistic === undefined ? mean(rows()) : statistic(pairs())(all(reference.count)));
  return {
    add(prediction, example) {
      const numbers = comparedNumbers(prediction, example, options);
      settled = undefined;
      reference.push(numbers.reference);
      if (numbers.predicted === undefined) unreadable.push(prediction.id);
      const value = predicted.push(numbers.predicted ?? Number.NaN);
      return own(value, numbers.reference);
    },
    result() {
      if (reference.count === 0) throw noRows();
      const told = { notNumbers: unreadable.length, notNumberRows: unreadable.slice(0, MOST_LISTED) };
      return { value: valueOf(), details: { rows: reference.count, ...(unreadable.length > 0 && told) } };
    },
    get rows() {
      return rows();
    },
    statistic: statistic && (() => statistic(pairs())),
  };
}

/** @throws AttuneError E_METRIC_INPUT if most answers are not numbers */
function settle(found: { predicted: RowValues; reference: RowValues; unreadable: readonly string[] }): NumberPairs {
  const { predicted, reference, unreadable } = found;
  if (unreadable.length > MOST_UNREADABLE * reference.count) {
    throw new AttuneError('E_METRIC_INPUT', {
      what: 'This metric needs answers that are numbers',
      got: `none in ${unreadable.length} of ${reference.count} rows, such as row ${unreadable[0]}`,
      expected: 'a number in at least half of them; the others count as the mean of the true numbers',
      fix: 'constrain the answers to numbers, or choose a text metric',
    });
  }
  const centre = reference.mean();
  return {
    predicted: predicted.view.map((value) => (Number.isNaN(value) ? centre : value)),
    reference: reference.view.slice(),
  };
}

function all(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean absolute difference between predicted and true numbers. */
export const meanAbsoluteError: MetricDefinition = {
  name: 'mae',
  title: 'mean absolute error',
  better: 'lower',
  reads: 'number',
  create: (options) => numbersMetric({ own: (predicted, reference) => Math.abs(predicted - reference) }, options),
};

/** Root of the mean squared difference: large errors weigh more. */
export const rootMeanSquaredError: MetricDefinition = {
  name: 'rmse',
  title: 'root mean squared error',
  better: 'lower',
  reads: 'number',
  create: (options) =>
    numbersMetric(
      { own: (predicted, reference) => Math.abs(predicted - reference), statistic: rootMeanSquare },
      options,
    ),
};

function rootMeanSquare({ predicted, reference }: NumberPairs): Statistic {
  return (indices) => {
    let squares = 0;
    for (let i = 0; i < indices.length; i++) squares += (predicted[indices[i]] - reference[indices[i]]) ** 2;
    return Math.sqrt(squares / indices.length);
  };
}

/** Centred second moments of predicted and true numbers, divided by the number of rows. */
interface Moments {
  predictedVariance: number;
  referenceVariance: number;
  covariance: number;
  squaredError: number;
}

/** A metric computed from moments. A row's own value is its negative distance from the true number. */
function momentsMetric(value: (moments: Moments) => number, options?: MetricOptions): Metric {
  return numbersMetric(
    {
      own: (predicted, reference) => (predicted === reference ? 0 : -Math.abs(predicted - reference)),
      statistic: (pairs) => {
        // Sums of squares far from 0 lose precision, so numbers are taken relative to the first one.
        const [origin] = pairs.reference;
        return (indices) => value(momentsOf(pairs, indices, origin));
      },
    },
    options,
  );
}

function momentsOf({ predicted, reference }: NumberPairs, indices: Uint32Array, origin: number): Moments {
  let [x, y, xx, yy, xy, errors] = [0, 0, 0, 0, 0, 0];
  const rows = indices.length;
  for (let i = 0; i < rows; i++) {
    const [a, b] = [predicted[indices[i]] - origin, reference[indices[i]] - origin];
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
    errors += (a - b) ** 2;
  }
  return {
    predictedVariance: xx / rows - (x / rows) ** 2,
    referenceVariance: yy / rows - (y / rows) ** 2,
    covariance: xy / rows - (x / rows) * (y / rows),
    squaredError: errors / rows,
  };
}

/** Linear correlation of predicted and true numbers; undefined (NaN) if either are constant. */
export const pearson: MetricDefinition = {
  name: 'pearson',
  title: 'Pearson correlation',
  better: 'higher',
  best: 1,
  reads: 'number',
  create: (options) =>
    momentsMetric(({ covariance, predictedVariance, referenceVariance }) => {
      const spread = predictedVariance * referenceVariance;
      return spread > 0 ? covariance / Math.sqrt(spread) : Number.NaN;
    }, options),
};

/**
 * Coefficient of determination: 1 minus the squared error relative to that of always predicting the mean; negative if
 * the mean would be closer. Undefined (NaN) if all true numbers are equal.
 */
export const rSquared: MetricDefinition = {
  name: 'r2',
  title: 'R²',
  better: 'higher',
  best: 1,
  reads: 'number',
  create: (options) =>
    momentsMetric(({ squaredError, referenceVariance }) => {
      return referenceVariance > 0 ? 1 - squaredError / referenceVariance : Number.NaN;
    }, options),
};
