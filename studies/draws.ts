import { studentQuantile } from '../src/scoring/statistics/normal.ts';

/** A mean over test rows and training draws with its 95 % interval. */
export interface MeanOfDraws {
  mean: number;
  low: number;
  high: number;
}

const CONFIDENCE = 0.95;

/**
 * The mean over test rows and training draws, with an interval that covers other test rows and other training rows.
 * With one draw it covers other test rows only.
 * @param draws one per training draw: the value of every test row, in the same order
 */
export function meanOfDraws(draws: readonly ArrayLike<number>[]): MeanOfDraws {
  const [{ length: rows }] = draws;
  const rowMeans = Float64Array.from({ length: rows }, (_, row) => meanOf(draws.map((draw) => draw[row])));
  return spread(draws.map(meanOf), { rows, ofRows: varianceOf(rowMeans) / rows });
}

/**
 * The same for shares of right answers, where only the share of each draw is known: the variance of rows is the one for
 * draws that all err on the same rows, which is the largest possible.
 */
export function rateOfDraws(rates: readonly number[], rows: number): MeanOfDraws {
  const mean = meanOf(rates);
  return spread(rates, { rows, ofRows: (mean * (1 - mean)) / rows });
}

/**
 * Adds the variance between rows and that between draws. The residual variance counts in both, so the interval errs on
 * the wide side; Student's t with Satterthwaite's degrees of freedom (1946).
 */
function spread(drawMeans: readonly number[], { rows, ofRows }: { rows: number; ofRows: number }): MeanOfDraws {
  const mean = meanOf(drawMeans);
  const draws = drawMeans.length;
  const ofDraws = draws < 2 ? 0 : varianceOf(drawMeans) / draws;
  const variance = ofRows + ofDraws;
  if (variance === 0) return { mean, low: mean, high: mean };
  const shares = ofRows ** 2 / (rows - 1) + (draws < 2 ? 0 : ofDraws ** 2 / (draws - 1));
  const reach = studentQuantile((1 + CONFIDENCE) / 2, variance ** 2 / shares) * Math.sqrt(variance);
  return { mean, low: mean - reach, high: mean + reach };
}

/** Sample variance. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - mean) ** 2;
  return sum / (values.length - 1);
}
