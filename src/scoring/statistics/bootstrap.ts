import { normalCdf, normalQuantile, studentQuantile } from './normal.ts';
import type { Spread } from './resampling.ts';

export interface BootstrapOptions {
  /** Default 0.95. */
  confidence?: number;
  /**
   * `bca` corrects bias and skewness; `percentile` uses the resamples' quantiles unchanged; `expanded` (default) is BCa
   * with wider tails for few rows, whose resamples vary too little.
   */
  method?: 'expanded' | 'bca' | 'percentile';
}

export interface Interval {
  /** The statistic on the original rows. */
  estimate: number;
  low: number;
  high: number;
  confidence: number;
}

/** An interval's ends for storage; absent if infinite, since JSON has no infinity. */
export function bounds({ low, high }: Pick<Interval, 'low' | 'high'>): { low?: number; high?: number } {
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : {};
}

/**
 * Interval of a statistic from its resamples. Resamples with an undefined value are left out.
 * Unbounded with a single row or group, or if most resamples have no defined value.
 */
export function spreadInterval(
  { estimate, values, jackknife }: Spread,
  { confidence = 0.95, method = 'expanded' }: BootstrapOptions = {},
): Interval {
  const sorted = values.filter(Number.isFinite).sort();
  if (jackknife.length < 2 || sorted.length * 2 < values.length || !Number.isFinite(estimate)) {
    return { estimate, low: -Infinity, high: Infinity, confidence };
  }
  const tail = (1 - confidence) / 2;
  const skew = acceleration(jackknife.filter(Number.isFinite));
  const levels =
    method === 'percentile'
      ? [tail, 1 - tail]
      : correctedLevels(sorted, estimate, {
          skew,
          tail: method === 'bca' ? tail : expandedTail(tail, jackknife.length),
        });
  const [low, high] = levels.map((level) => quantile(sorted, level));
  return { estimate, low, high, confidence };
}

/** BCa levels (Efron 1987): shifted by the median bias of the resamples and the statistic's acceleration. */
function correctedLevels(
  sorted: Float64Array,
  estimate: number,
  { skew, tail }: { skew: number; tail: number },
): [number, number] {
  // Sums of the same rows in another order may differ in the last bits; they count as ties, by one half.
  const rounding = 1e-12 * Math.max(Math.abs(sorted[0]), Math.abs(sorted[sorted.length - 1]));
  let below = 0;
  for (const value of sorted) below += Math.abs(value - estimate) <= rounding ? 0.5 : value < estimate ? 1 : 0;
  const share = Math.min(Math.max(below, 0.5), sorted.length - 0.5) / sorted.length;
  const bias = normalQuantile(share);
  const level = (z: number) => normalCdf(bias + (bias + z) / (1 - skew * (bias + z)));
  return [level(normalQuantile(tail)), level(normalQuantile(1 - tail))];
}

/**
 * A sixth of the skewness of the jackknife values, with the sign reversed since leaving a row out moves them the other
 * way.
 */
function acceleration(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    const deviation = mean - value;
    squares += deviation ** 2;
    cubes += deviation ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/**
 * Tail level that makes a percentile interval of a mean as wide as Student's (Hesterberg 2015): resamples of n rows
 * have (n - 1)/n of the variance, which is itself an estimate.
 */
function expandedTail(tail: number, rows: number): number {
  return normalCdf(Math.sqrt(rows / (rows - 1)) * studentQuantile(tail, rows - 1));
}

/** Linear interpolation between neighbouring order statistics. */
function quantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
