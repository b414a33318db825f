import { spreadInterval, type Interval } from './bootstrap.ts';
import { discordant, mcnemarExact } from './mcnemar.ts';
import { SignFlips } from './permutation.ts';
import { detectableByError } from './power.ts';
import { Resampling, type ResamplingOptions, type Spread, type Statistic } from './resampling.ts';
import { wilsonInterval } from './wilson.ts';

/** A predictor's values on a metric, as needed for statistics. */
export interface MeasuredRows {
  better: 'higher' | 'lower';
  /** Each row's own value. */
  rows: Float64Array;
  /** Computes the value from rows; their mean if absent. */
  statistic?: Statistic;
}

export interface StatisticsOptions extends ResamplingOptions {
  /** Default 0.95. */
  confidence?: number;
}

/** A difference with its interval and test. Positive is better for the subject, whatever the metric's direction. */
export interface PairedDifference extends Interval {
  /** Two-sided p-value. */
  p: number;
  /**
   * `mcnemar`: exact, for right-or-wrong rows. `permutation`: random sign flips of the rows' (or groups')
   * differences. `bootstrap`: resamples centred on no difference, for values that are not means of rows (BLEU, macro
   * F1, AUC).
   */
  test: 'mcnemar' | 'permutation' | 'bootstrap';
  /** Number of paired rows. */
  n: number;
  /**
   * The smallest true difference that as many rows would detect in four of five tries; 0 if no row differs, or there is
   * only one.
   */
  minimalDetectable: number;
}

/**
 * Intervals and tests over one set of rows. All scores share the same resamples, which makes differences paired and
 * many scores cheap: keep one instance for a whole comparison.
 */
export class ScoreStatistics {
  readonly #resampling: Resampling;
  readonly #confidence: number;
  readonly #flips: SignFlips;
  readonly #clusters: StatisticsOptions['clusters'];
  readonly #spreads = new WeakMap<MeasuredRows, Spread>();

  /** @throws RangeError without rows, or if the number of groups differs from that of rows */
  constructor(rows: number, options: StatisticsOptions = {}) {
    this.#resampling = new Resampling(rows, options);
    this.#confidence = options.confidence ?? 0.95;
    this.#flips = new SignFlips(this.#resampling.groups, options.seed);
    this.#clusters = options.clusters;
  }

  /** Number of independent units. */
  get groups(): number {
    return this.#resampling.groups;
  }

  /** Interval of the value itself: Wilson's for a rate of independent rows, otherwise BCa. */
  interval(score: MeasuredRows): Interval {
    this.#check(score);
    const { rows, statistic } = score;
    if (statistic !== undefined || !isBinary(rows)) return this.#spreadInterval(this.#spread(score));
    const right = sum(rows);
    const isConstant = right === 0 || right === rows.length;
    if (this.#resampling.isClustered && !isConstant) return this.#spreadInterval(this.#spread(score));
    // Resampling rows that are all right would suggest certainty; Wilson's interval over the independent groups does
    // not.
    const { groups } = this.#resampling;
    const estimate = right / rows.length;
    const ends = wilsonInterval(Math.round(estimate * groups), groups, this.#confidence);
    return { estimate, ...ends, confidence: this.#confidence };
  }

  /** Lead of the subject on the same rows, with interval and test. */
  difference(subject: MeasuredRows, other: MeasuredRows): PairedDifference {
    this.#check(subject);
    this.#check(other);
    const scores = [this.#spread(subject), this.#spread(other)];
    const [mine, theirs] = subject.better === 'higher' ? scores : scores.toReversed();
    const apart = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - b[i]);
    const spread = {
      estimate: difference(mine.estimate, theirs.estimate),
      values: apart(mine.values, theirs.values),
      jackknife: apart(mine.jackknife, theirs.jackknife),
    };
    const error = this.#resampling.groups > 1 ? deviation(spread.values) : 0;
    const minimalDetectable = detectableByError(error, { alpha: 1 - this.#confidence });
    const n = subject.rows.length;
    return { ...this.#spreadInterval(spread), ...this.#test(subject, other, spread), n, minimalDetectable };
  }

  #test(subject: MeasuredRows, other: MeasuredRows, spread: Spread): Pick<PairedDifference, 'p' | 'test'> {
    if (subject.statistic !== undefined || other.statistic !== undefined) {
      // A bootstrap of a handful of rows looks more certain than any sign-flip test could be.
      const least = 2 ** (1 - this.#resampling.groups);
      return { p: Math.max(least, centredShare(spread)), test: 'bootstrap' };
    }
    if (!this.#resampling.isClustered && isBinary(subject.rows) && isBinary(other.rows)) {
      return { p: mcnemarExact(discordant(other.rows, subject.rows)), test: 'mcnemar' };
    }
    const differences = subject.rows.map((value, row) => value - other.rows[row]);
    return { p: this.#flips.p(this.#sums(differences)), test: 'permutation' };
  }

  /** Sum per group; rows of one group change sign together. */
  #sums(differences: Float64Array): Float64Array {
    if (this.#clusters === undefined) return differences;
    const sums = new Map<string | number, number>();
    for (const [row, value] of differences.entries()) {
      sums.set(this.#clusters[row], (sums.get(this.#clusters[row]) ?? 0) + value);
    }
    return Float64Array.from(sums.values());
  }

  #spread(score: MeasuredRows): Spread {
    const known = this.#spreads.get(score);
    if (known !== undefined) return known;
    const spread = this.#resampling.spread(score.statistic ?? meanOf(score.rows));
    this.#spreads.set(score, spread);
    return spread;
  }

  #spreadInterval(spread: Spread): Interval {
    return spreadInterval(spread, { confidence: this.#confidence });
  }

  #check({ rows }: MeasuredRows): void {
    if (rows.length === this.#resampling.rows) return;
    throw new RangeError(`${rows.length} values for ${this.#resampling.rows} rows: they are not paired`);
  }
}

/**
 * Difference of paired values, first minus second.
 * @throws RangeError if they are not paired, or there are none
 */
export function pairedDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: StatisticsOptions = {},
): PairedDifference {
  const [a, b] = [first, second].map((values) => ({ better: 'higher' as const, rows: Float64Array.from(values) }));
  return new ScoreStatistics(first.length, options).difference(a, b);
}

/** Sums of the same values in another order may differ in the last bits and count as equal. */
function difference(a: number, b: number): number {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b)) ? 0 : a - b;
}

function meanOf(values: Float64Array): Statistic {
  return (indices) => {
    let total = 0;
    for (let i = 0; i < indices.length; i++) total += values[indices[i]];
    return total / indices.length;
  };
}

/** Share of the resamples, centred at no difference, that are as far off as the estimate. */
function centredShare({ estimate, values }: Spread): number {
  const defined = values.filter(Number.isFinite);
  if (estimate === 0 || defined.length * 2 < values.length || !Number.isFinite(estimate)) return 1;
  const far = Math.abs(estimate) * (1 - 1e-12);
  const extreme = defined.reduce((count, value) => count + (Math.abs(value - estimate) >= far ? 1 : 0), 0);
  return (1 + extreme) / (1 + defined.length);
}

function isBinary(values: Float64Array): boolean {
  return values.every((value) => value === 0 || value === 1);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Standard error: standard deviation of the resamples with a defined value. */
function deviation(values: Float64Array): number {
  const defined = values.filter(Number.isFinite);
  const mean = sum(defined) / defined.length;
  const squares = defined.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, defined.length - 1));
}
