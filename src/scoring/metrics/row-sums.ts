import type { Example } from '../../data/example.ts';
import type { Prediction } from '../predictor.ts';
import { rowMetric, type Metric, type RowValues } from './metric.ts';

/** A metric computed from sums over rows: matching n-grams, edits, tokens. */
export interface SumsDefinition {
  /** Number of sums. */
  width: number;
  /** Writes a row's sums into a zeroed array and returns the row's own value. */
  row(prediction: Prediction, example: Example, sums: Float64Array): number;
  value(sums: Float64Array): number;
  details?(sums: Float64Array, rows: RowValues): Record<string, unknown>;
}

/** Stores each row's sums, so that the value of any selection of rows can be computed. */
export function sumsMetric({ width, row, value, details }: SumsDefinition): Metric {
  const kept = new SumRows(width);
  const sums = new Float64Array(width);
  return rowMetric(
    (prediction, example) => {
      sums.fill(0);
      const own = row(prediction, example, sums);
      kept.push(sums);
      return own;
    },
    (rows) => ({ value: value(kept.total), details: { rows: rows.count, ...details?.(kept.total, rows) } }),
    () => (indices) => value(kept.sumOf(indices)),
  );
}

/** Rows of a few numbers each, and their total. */
class SumRows {
  readonly total: Float64Array;
  #values: Float64Array;
  #count = 0;
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
    this.total = new Float64Array(width);
    this.#values = new Float64Array(256 * width);
  }

  push(row: Float64Array): void {
    const start = this.#count++ * this.#width;
    if (start === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(row, start);
    for (let i = 0; i < this.#width; i++) this.total[i] += row[i];
  }

  sumOf(indices: Uint32Array): Float64Array {
    const sums = new Float64Array(this.#width);
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i] * this.#width;
      for (let j = 0; j < this.#width; j++) sums[j] += this.#values[start + j];
    }
    return sums;
  }
}
