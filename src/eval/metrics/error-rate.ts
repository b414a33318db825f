import { compared } from './compared.ts';
import { symbolDistance } from './edit-distance.ts';
import { rowMetric, type Metric, type MetricOptions } from './metric.ts';

/**
 * Edits over reference symbols, of all rows together (so long rows weigh more); a row's own value is its own rate.
 * It passes 1 where a prediction is much longer than its reference. An empty reference counts one symbol.
 */
export function errorRate(symbols: (text: string) => string[], options?: MetricOptions): Metric {
  let edits = 0;
  let length = 0;
  return rowMetric(
    (prediction, example) => {
      const { predicted, reference } = compared(prediction, example, options);
      const expected = symbols(reference);
      const distance = symbolDistance(symbols(predicted), expected);
      const size = Math.max(1, expected.length);
      edits += distance;
      length += size;
      return distance / size;
    },
    (rows) => ({ value: edits / length, details: { rows: rows.count, edits, symbols: length, mean: rows.mean() } }),
  );
}
