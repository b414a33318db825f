import { describe, expect, test } from 'vitest';
import {
  discordant,
  mcnemarExact,
  pairedDifference,
  Resampling,
  spreadInterval,
  wilsonInterval,
  type BootstrapOptions,
  type ResamplingOptions,
  type Statistic,
} from '../../../../src/scoring/statistics/index.ts';
import { normalCdf, normalQuantile } from '../../../../src/scoring/statistics/normal.ts';

// Efron and Tibshirani, An Introduction to the Bootstrap (1993), table 14.1: spatial test, task A, 26 children.
const SPATIAL_A = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

const spatialVariance = (indices: Uint32Array) => variance(Array.from(indices, (index) => SPATIAL_A[index]));

describe('normal distribution', () => {
  test('the distribution function gives the tabulated values, far tails too', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 14);
    expect(normalCdf(-1.96)).toBeCloseTo(0.024997895148220435, 15);
    expect(normalCdf(-6) / 9.865876450376981e-10).toBeCloseTo(1, 10);
    expect(normalCdf(-10) / 7.61985302416047e-24).toBeCloseTo(1, 10);
  });

  test('the quantile is its inverse', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(0.95)).toBeCloseTo(1.6448536269514722, 12);
    for (const p of [1e-12, 0.001, 0.3, 0.5, 0.9999]) expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 12);
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(() => normalQuantile(1.5)).toThrow(RangeError);
  });
});

/** Interval of any statistic over this many rows. */
function bootstrapInterval(rows: number, statistic: Statistic, options: BootstrapOptions & ResamplingOptions) {
  return spreadInterval(new Resampling(rows, options).spread(statistic), options);
}

describe('bootstrap', () => {
  const options = { confidence: 0.9, resamples: 4000 };

  test('the percentile interval of the spatial test is the published one', () => {
    // Published value from 2,000 resamples: 171.5 (100.8, 233.9).
    const found = bootstrapInterval(26, spatialVariance, { ...options, method: 'percentile' });
    expect(found.estimate).toBeCloseTo(171.5, 1);
    expect(Math.abs(found.low - 100.8)).toBeLessThan(4);
    expect(Math.abs(found.high - 233.9)).toBeLessThan(4);
  });

  test('the BCa interval of the spatial test is the published one', () => {
    // Published: (115.8, 259.6), with acceleration 0.061 and bias correction 0.146.
    const found = bootstrapInterval(26, spatialVariance, { ...options, method: 'bca' });
    expect(Math.abs(found.low - 115.8)).toBeLessThan(4);
    expect(Math.abs(found.high - 259.6)).toBeLessThan(6);
  });

  test('the paired interval equals the general one on the mean difference', () => {
    const first = SPATIAL_A.map((value) => value / 48);
    const second = SPATIAL_A.map((value, row) => value / 40 + (row % 3) * 0.1);
    const mean = (indices: Uint32Array) =>
      indices.reduce((sum, index) => sum + second[index] - first[index], 0) / indices.length;
    const paired = pairedDifference(second, first, options);
    const general = bootstrapInterval(26, mean, options);
    expect(paired.low).toBeCloseTo(general.low, 10);
    expect(paired.high).toBeCloseTo(general.high, 10);
    expect(paired.low).toBeGreaterThan(0);
  });

  test('pairing matters: a small constant gain is certain though the rows differ widely', () => {
    const second = SPATIAL_A.map((value, row) => value + 0.5 + (row % 2) * 0.1);
    const { low, high } = pairedDifference(second, SPATIAL_A, options);
    expect(low).toBeGreaterThan(0.5);
    expect(high).toBeLessThan(0.6);
  });

  test('equal predictors have an interval of nothing, and the same seed gives the same interval', () => {
    expect(pairedDifference([1, 0, 1], [1, 0, 1], options)).toMatchObject({ estimate: 0, low: 0, high: 0 });
    const run = (seed: number) => bootstrapInterval(26, spatialVariance, { resamples: 200, seed });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  test('arrays of different length are refused', () => {
    expect(() => pairedDifference([1], [1, 2])).toThrow(RangeError);
  });
});

describe('exact McNemar test', () => {
  test('gives the published p-values', () => {
    // Approval ratings in Agresti, Categorical Data Analysis; p as printed by R's exact2x2.
    expect(mcnemarExact({ onlyFirst: 150, onlySecond: 86 })).toBeCloseTo(3.716e-5, 8);
    // 2 of 10 by hand: 2 (1 + 10 + 45) / 1024.
    expect(mcnemarExact({ onlyFirst: 2, onlySecond: 8 })).toBeCloseTo(0.109375, 12);
  });

  test('is symmetric, at most 1, and survives large counts', () => {
    expect(mcnemarExact({ onlyFirst: 5, onlySecond: 5 })).toBe(1);
    expect(mcnemarExact({ onlyFirst: 0, onlySecond: 0 })).toBe(1);
    expect(mcnemarExact({ onlyFirst: 9, onlySecond: 3 })).toBe(mcnemarExact({ onlyFirst: 3, onlySecond: 9 }));
    // By the normal approximation with continuity correction: z = (2000 - 1) / sqrt(200000) = 4.46989.
    const p = mcnemarExact({ onlyFirst: 101_000, onlySecond: 99_000 });
    expect(p / (2 * normalCdf(-1999 / Math.sqrt(200_000)))).toBeCloseTo(1, 2);
  });

  test('counts only the rows on which the two differ', () => {
    expect(discordant([1, 1, 0, 0, 1], [1, 0, 1, 0, 0])).toEqual({ onlyFirst: 2, onlySecond: 1 });
  });
});

describe('Wilson interval', () => {
  test('gives the intervals published by Newcombe (1998)', () => {
    const published: [number, number, number, number][] = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [successes, rows, low, high] of published) {
      const found = wilsonInterval(successes, rows);
      expect(found.low).toBeCloseTo(low, 4);
      expect(found.high).toBeCloseTo(high, 4);
    }
  });

  test('ends exactly at 0 and 1, and knows nothing without rows', () => {
    expect(wilsonInterval(7, 7).high).toBe(1);
    expect(wilsonInterval(0, 7).low).toBe(0);
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});
