import { philox4x32, philoxKey } from '../../base/random.ts';
import { normalCdf, normalQuantile } from './normal.ts';

export interface BootstrapOptions {
  /** Default 10,000, fewer where rows x resamples would pass 200 million draws, but never below 1,000. */
  resamples?: number;
  /** Default 0.95. */
  confidence?: number;
  /** `bca` (default) corrects bias and skewness; `percentile` takes the resamples' quantiles as they are. */
  method?: 'bca' | 'percentile';
  seed?: number;
}

export interface Interval {
  /** The statistic of the rows themselves. */
  estimate: number;
  low: number;
  high: number;
  confidence: number;
  resamples: number;
}

/** A number computed from rows given by index; an index may occur several times. */
export type Statistic = (indices: Uint32Array) => number;

const MAX_DRAWS = 2e8;

/** Interval of any statistic over `rows` rows. BCa's jackknife calls it once per row: a cost of rows² at worst. */
export function bootstrapInterval(rows: number, statistic: Statistic, options: BootstrapOptions = {}): Interval {
  return interval(rows, statistic, () => jackknifeAcceleration(rows, statistic), options);
}

/**
 * Interval of the mean difference `second - first` of paired per-row values: is the second predictor better, and by
 * how much? Resamples rows, so that both predictors always meet the same ones.
 */
export function pairedBootstrap(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: BootstrapOptions = {},
): Interval {
  if (first.length !== second.length) throw new RangeError(`${first.length} and ${second.length} rows are not paired`);
  const differences = Float64Array.from({ length: first.length }, (_, row) => second[row] - first[row]);
  const mean: Statistic = (indices) => {
    let sum = 0;
    for (const index of indices) sum += differences[index];
    return sum / indices.length;
  };
  return interval(differences.length, mean, () => acceleration(differences, 1), options);
}

function interval(rows: number, statistic: Statistic, skewness: () => number, options: BootstrapOptions): Interval {
  if (rows === 0) throw new RangeError('a bootstrap needs at least one row');
  const { confidence = 0.95, method = 'bca', seed = 0 } = options;
  const resamples = options.resamples ?? Math.max(1000, Math.min(10_000, Math.floor(MAX_DRAWS / rows)));
  const estimate = statistic(Uint32Array.from({ length: rows }, (_, row) => row));
  const values = resampled(rows, statistic, resamples, seed).sort();
  const tail = (1 - confidence) / 2;
  const levels = method === 'bca' ? correctedLevels(values, estimate, skewness(), tail) : [tail, 1 - tail];
  const [low, high] = levels.map((level) => quantile(values, level));
  return { estimate, low, high, confidence, resamples };
}

/** The statistic of each resample. */
function resampled(rows: number, statistic: Statistic, resamples: number, seed: number): Float64Array {
  const values = new Float64Array(resamples);
  const indices = new Uint32Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    const key = philoxKey([seed, 'bootstrap', resample]);
    for (let row = 0; row < rows; row += 4) {
      const block = philox4x32([row / 4, 0, 0, 0], key);
      // Multiply and shift instead of a remainder: the bias is below rows / 2^32.
      for (let i = 0; i < 4 && row + i < rows; i++) indices[row + i] = Math.floor((block[i] / 0x100000000) * rows);
    }
    values[resample] = statistic(indices);
  }
  return values;
}

/** BCa's levels (Efron 1987): shifted by the median bias of the resamples and by the statistic's acceleration. */
function correctedLevels(sorted: Float64Array, estimate: number, skew: number, tail: number): [number, number] {
  // Sums of the same rows in another order differ in the last bits and are ties, which count half.
  const rounding = 1e-12 * Math.max(Math.abs(sorted[0]), Math.abs(sorted[sorted.length - 1]));
  let below = 0;
  for (const value of sorted) below += Math.abs(value - estimate) <= rounding ? 0.5 : value < estimate ? 1 : 0;
  const share = Math.min(Math.max(below, 0.5), sorted.length - 0.5) / sorted.length;
  const bias = normalQuantile(share);
  const level = (z: number) => normalCdf(bias + (bias + z) / (1 - skew * (bias + z)));
  return [level(normalQuantile(tail)), level(normalQuantile(1 - tail))];
}

/** Acceleration from the statistic with each row left out once. */
function jackknifeAcceleration(rows: number, statistic: Statistic): number {
  const indices = Uint32Array.from({ length: rows - 1 }, (_, row) => row + 1);
  const values = Float64Array.from({ length: rows }, (_, left) => {
    if (left > 0) indices[left - 1] = left - 1;
    return statistic(indices);
  });
  return acceleration(values, -1);
}

/** A sixth of the skewness of the values; sign -1 for jackknife values, which move against their row. */
function acceleration(values: Float64Array, sign: 1 | -1): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    const deviation = sign * (value - mean);
    squares += deviation ** 2;
    cubes += deviation ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Linear interpolation between neighbouring order statistics. */
function quantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
