import { compared } from './compared.ts';
import { symbolDistance } from './edit-distance.ts';
import type { Metric, MetricOptions } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/**
 * Edits over reference symbols, of all rows together (so long rows weigh more); a row's own value is its own rate.
 * It passes 1 where a prediction is much longer than its reference. An empty reference counts one symbol.
 */
export function errorRate(symbols: (text: string) => string[], options?: MetricOptions): Metric {
  return sumsMetric({
    width: 2,
    row(prediction, example, sums) {
      const { predicted, reference } = compared(prediction, example, options);
      const expected = symbols(reference);
      const distance = symbolDistance(symbols(predicted), expected);
      const size = Math.max(1, expected.length);
      sums.set([distance, size]);
      return distance / size;
    },
    value: ([edits, length]) => edits / length,
    details: ([edits, symbols], rows) => ({ edits, symbols, mean: rows.mean() }),
  });
}

/** Words between white space. */
export function spacedWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
