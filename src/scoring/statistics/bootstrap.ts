import { normalCdf, normalQuantile, studentQuantile } from './normal.ts';
import type { Spread } from './resampling.ts';

export interface BootstrapOptions {
  /** Default 0.95. */
  confidence?: number;
  /**
   * `bca` corrects bias and skewness; `percentile` takes the resamples' quantiles as they are; `expanded` (default) is
   * BCa with wider tails for few rows, whose resamples vary too little.
   */
  method?: 'expanded' | 'bca' | 'percentile';
}

export interface Interval {
  /** The statistic of the rows themselves. */
  estimate: number;
  low: number;
  high: number;
  confidence: number;
}

/** An interval's ends as they are kept in files; absent where there are none, since JSON has no infinity. */
export function bounds({ low, high }: Pick<Interval, 'low' | 'high'>): { low?: number; high?: number } {
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : {};
}

/**
 * Interval of a statistic from its resamples. Resamples on which it is not defined are left out.
 * Unbounded where one row or group is all the evidence, or where most resamples define no value.
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

/** BCa's levels (Efron 1987): shifted by the median bias of the resamples and by the statistic's acceleration. */
function correctedLevels(
  sorted: Float64Array,
  estimate: number,
  { skew, tail }: { skew: number; tail: number },
): [number, number] {
  // Sums of the same rows in another order differ in the last bits and are ties, which count half.
  const rounding = 1e-12 * Math.max(Math.abs(sorted[0]), Math.abs(sorted[sorted.length - 1]));
  let below = 0;
  for (const value of sorted) below += Math.abs(value - estimate) <= rounding ? 0.5 : value < estimate ? 1 : 0;
  const share = Math.min(Math.max(below, 0.5), sorted.length - 0.5) / sorted.length;
  const bias = normalQuantile(share);
  const level = (z: number) => normalCdf(bias + (bias + z) / (1 - skew * (bias + z)));
  return [level(normalQuantile(tail)), level(normalQuantile(1 - tail))];
}

/** A sixth of the skewness of the jackknife values, which move against what is left out. */
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
 * The tail that makes a percentile interval of a mean as wide as Student's (Hesterberg 2015): resamples of n rows vary
 * by (n - 1)/n of the variance, which is itself only estimated.
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
