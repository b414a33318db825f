import { greatest } from '../../base/many.ts';
import type { ComparedMetric, ComparedValue } from '../../store/results.ts';
import { normalQuantile } from '../../scoring/statistics/normal.ts';
import { foretell, type CurvePoint, type Outlook } from './power-law.ts';

/** Result of a system after a number of training rows. */
export interface MeasuredSize {
  rows: number;
  value: ComparedValue;
}

export interface LearningCurve {
  /** The trained system, for people. */
  system: string;
  points: readonly { rows: number; value: number; low?: number; high?: number }[];
  /** Empty if the metric has no perfect value, it has been reached, or a point has no interval. */
  forecast: readonly { rows: number; value: number; low: number; high: number }[];
  /** Exponent of the fitted power law, with its interval; undefined if none was fitted. */
  exponent?: Outlook['exponent'];
}

/** Sizes that are foretold, over the largest that was measured. */
const AHEAD = [2, 4];

/** A curve with what twice and four times the rows would bring, where the metric has a perfect value to fall towards. */
export function learningCurve(
  system: string,
  sizes: readonly MeasuredSize[],
  metric: ComparedMetric,
  { confidence, seed }: { confidence: number; seed: number },
): LearningCurve {
  const points = sizes.map(({ rows, value: { value, low, high } }) => ({ rows, value, low, high }));
  const end = endOf(metric);
  if (end === undefined || sizes.length < 2) return { system, points, forecast: [] };
  const errors = sizes.map(({ rows, value }): CurvePoint => {
    return { rows, error: Math.abs(end - value.value), deviation: deviationOf(value, confidence) };
  });
  // Without intervals nothing says how sure the points are.
  const isUnsure = points.some(({ low, high }) => low === undefined || high === undefined);
  if (isUnsure || errors.some(({ error }) => error === 0)) return { system, points, forecast: [] };
  const most = greatest(sizes.map(({ rows }) => rows));
  const ahead = AHEAD.map((times) => times * most);
  const sign = metric.better === 'higher' ? -1 : 1;
  const { forecasts, exponent } = foretell(errors, ahead, { confidence, seed });
  const forecast = forecasts.map(({ rows, error, low, high }) => {
    const ends = [end + sign * low, end + sign * high].toSorted((a, b) => a - b);
    return { rows, value: end + sign * error, low: ends[0], high: ends[1] };
  });
  return { system, points, forecast, exponent };
}

/** A perfect value; 0 for what is counted down without an end of its own, such as bits per byte. */
function endOf({ best, better }: ComparedMetric): number | undefined {
  return best ?? (better === 'lower' ? 0 : undefined);
}

/** From the interval's width, as of a normal distribution. */
function deviationOf({ low, high }: ComparedValue, confidence: number): number {
  return low === undefined || high === undefined ? 0 : (high - low) / (2 * normalQuantile((1 + confidence) / 2));
}
