import { greatest } from '../../base/many.ts';
import type { ComparedMetric, ComparedValue } from '../../store/results.ts';
import { normalQuantile } from '../../scoring/statistics/normal.ts';
import { foretell, type CurvePoint, type Outlook } from './power-law.ts';

/** Value of a system's metric after training on a number of rows. */
export interface MeasuredSize {
  rows: number;
  value: ComparedValue;
}

export interface LearningCurve {
  /** Title of the trained system. */
  system: string;
  points: readonly { rows: number; value: number; low?: number; high?: number }[];
  /** Empty if the metric has no perfect value, that value has been reached, or a point has no interval. */
  forecast: readonly { rows: number; value: number; low: number; high: number }[];
  /** Exponent of the fitted power law, with its interval; undefined if none was fitted. */
  exponent?: Outlook['exponent'];
}

/** Multiples of the largest measured size to forecast. */
const AHEAD = [2, 4];

/** A learning curve with a forecast for two and four times the rows, if the metric has a perfect value to approach. */
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
  // Without intervals the uncertainty of the points is unknown.
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

/** The perfect value; 0 for lower-is-better metrics without a declared best, such as bits per byte. */
function endOf({ best, better }: ComparedMetric): number | undefined {
  return best ?? (better === 'lower' ? 0 : undefined);
}

/** Standard deviation derived from the interval's width, assuming a normal distribution. */
function deviationOf({ low, high }: ComparedValue, confidence: number): number {
  return low === undefined || high === undefined ? 0 : (high - low) / (2 * normalQuantile((1 + confidence) / 2));
}
