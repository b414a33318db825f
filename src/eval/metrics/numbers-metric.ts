/** Metrics of pairs of numbers, and what becomes of answers that are none. */
import { AttuneError } from '../../base/errors.ts';
import type { Statistic } from '../statistics/index.ts';
import { comparedNumbers } from './compared-numbers.ts';
import { noRows, RowValues, type Metric, type MetricOptions } from './metric.ts';

/** Predicted and true numbers of all rows. */
export interface NumberPairs {
  predicted: Float64Array;
  reference: Float64Array;
}

export interface NumbersDefinition {
  /** One row's own value. */
  own(predicted: number, reference: number): number;
  /** The value of any choice of rows, where it is not the mean of their own. */
  statistic?(pairs: NumberPairs): Statistic;
}

/** With more than this share of answers that are no numbers, a system has no value. */
const MOST_UNREADABLE = 0.5;
/** Ids of such rows that are told. */
const MOST_LISTED = 20;

/**
 * An answer that is no number counts as the mean of the rows' true numbers, which is what somebody who knows nothing
 * would say: leaving such rows out would be kind to a system that fails on the hard ones. They are counted and listed.
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

/** @throws AttuneError E_METRIC_INPUT where most answers are no numbers */
function settle(found: { predicted: RowValues; reference: RowValues; unreadable: readonly string[] }): NumberPairs {
  const { predicted, reference, unreadable } = found;
  if (unreadable.length > MOST_UNREADABLE * reference.count) {
    throw new AttuneError('E_METRIC_INPUT', {
      what: 'This metric needs answers that are numbers',
      got: `none in ${unreadable.length} of ${reference.count} rows, such as row ${unreadable[0]}`,
      expected: 'a number in at least half of them; others count as the mean of the true numbers',
      fix: 'constrain the answers to numbers, or choose a metric of texts',
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
