import { describe, expect, test } from 'vitest';
import { randomUnit } from '../../../../src/base/random.ts';
import {
  holm,
  minimalDetectableDifference,
  minimalDetectableRateDifference,
  pairedDifference,
  ScoreStatistics,
  wilsonInterval,
} from '../../../../src/scoring/statistics/index.ts';
import { studentQuantile } from '../../../../src/scoring/statistics/normal.ts';
import { SignFlips } from '../../../../src/scoring/statistics/permutation.ts';

// Darwin's pairs of crossed and self-fertilised maize, differences of height in eighths of an inch (Fisher 1935, § 17).
const MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
const zeros = (count: number) => new Float64Array(count);
const higher = (rows: readonly number[]) => ({ better: 'higher' as const, rows: Float64Array.from(rows) });
const units = (count: number, site: number) =>
  Array.from({ length: count }, (_, row) => randomUnit([7, 'scores test', row, site]));

test('equal means in another order differ by nothing', () => {
  const rows = [0.1, 0.2, 0.3];
  const [a, b] = [rows, rows.toReversed()].map((values) => values.reduce((sum, value) => sum + value) / rows.length);
  expect(a).not.toBe(b);
  expect(pairedDifference(rows, rows.toReversed()).estimate).toBe(0);
});

describe('the sign-flip test', () => {
  test("gives Fisher's count of Darwin's maize: 1,726 of 32,768 choices", () => {
    expect(new SignFlips(15).p(Float64Array.from(MAIZE))).toBeCloseTo(1726 / 32_768, 12);
    expect(pairedDifference(MAIZE, zeros(15))).toMatchObject({ test: 'permutation', n: 15, p: 1726 / 32_768 });
  });

  test('samples choices where there are too many to count, and comes near the normal law', () => {
    const values = units(400, 0).map((value) => value - 0.47);
    const [sum, squares] = [values.reduce((a, b) => a + b), values.reduce((a, b) => a + b * b, 0)];
    const z = Math.abs(sum) / Math.sqrt(squares);
    const p = new SignFlips(400).p(Float64Array.from(values));
    // 2 (1 - Φ(z)) from the first term of its series beyond 1.
    expect(z).toBeGreaterThan(1);
    expect(Math.abs(p - twoSided(z))).toBeLessThan(0.015);
    expect(new SignFlips(400, 1).p(Float64Array.from(values))).not.toBe(p);
    expect(new SignFlips(400).p(Float64Array.from(values))).toBe(p);
  });

  test('never gives 0, and says nothing of numbers that are not finite', () => {
    expect(new SignFlips(500).p(new Float64Array(500).fill(1))).toBeCloseTo(1 / 10_001, 12);
    expect(new SignFlips(2).p(Float64Array.of(1, Infinity))).toBe(1);
  });
});

/** 2 (1 - Φ(z)) by numerical integration. */
function twoSided(z: number): number {
  let sum = 0;
  for (let x = z; x < 9; x += 1e-3) sum += Math.exp(-((x + 5e-4) ** 2) / 2) * 1e-3;
  return (2 * sum) / Math.sqrt(2 * Math.PI);
}

describe('a paired difference', () => {
  test('of two equal systems is no evidence: p is 1, the interval nothing', () => {
    for (const rows of [[0, 1, 1, 0], [0.3, 0.7, 0.1], units(200, 1)]) {
      expect(pairedDifference(rows, rows)).toMatchObject({ estimate: 0, low: 0, high: 0, p: 1, minimalDetectable: 0 });
    }
  });

  test('of one row is no evidence of anything, of two hardly', () => {
    expect(pairedDifference([3], [1])).toMatchObject({ estimate: 2, low: -Infinity, high: Infinity, p: 1 });
    expect(pairedDifference([3.1], [1]).minimalDetectable).toBe(0);
    expect(pairedDifference([3, 4], [1, 1])).toMatchObject({ p: 0.5, estimate: 2.5 });
  });

  test('that is the same on every row is that number', () => {
    const found = pairedDifference(
      units(50, 2).map((value) => value + 0.25),
      units(50, 2),
    );
    expect(found.low).toBeCloseTo(0.25, 12);
    expect(found.high).toBeCloseTo(0.25, 12);
    expect(found.p).toBeLessThan(0.001);
  });

  test('of right-or-wrong rows is tested by McNemar, of grouped ones by the signs of groups', () => {
    const first = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
    const second = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    expect(pairedDifference(first, second)).toMatchObject({ test: 'mcnemar', n: 10 });
    expect(pairedDifference(first, second).estimate).toBeCloseTo(0.6, 12);
    expect(pairedDifference(first, second).p).toBeCloseTo(0.109375, 12);
    const clusters = ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'd', 'd'];
    const grouped = pairedDifference(first, second, { clusters });
    expect(grouped).toMatchObject({ test: 'permutation', n: 10 });
    expect(grouped.p).toBeCloseTo(exactShare([3, 3, 2, -2]), 12);
  });

  test('repeated rows are no new evidence where they are one group', () => {
    const rows = units(40, 3).map((value, row) => value - 0.35 + 0.01 * row);
    const tenfold = Array.from({ length: 400 }, (_, i) => rows[i % 40]);
    const clusters = Int32Array.from({ length: 400 }, (_, i) => i % 40);
    const once = pairedDifference(rows, zeros(40));
    const repeated = pairedDifference(tenfold, zeros(400), { clusters });
    expect(repeated.low).toBeCloseTo(once.low, 2);
    expect(repeated.high).toBeCloseTo(once.high, 2);
    expect(repeated.p).toBeCloseTo(once.p, 10);
    const naive = pairedDifference(tenfold, zeros(400));
    expect(naive.high - naive.low).toBeLessThan(0.5 * (repeated.high - repeated.low));
  });

  test('is positive where the subject is better, also where less is better', () => {
    const statistics = new ScoreStatistics(30);
    const [small, large] = [units(30, 4), units(30, 5).map((value) => value + 1)];
    const errors = (rows: number[]) => ({ better: 'lower' as const, rows: Float64Array.from(rows) });
    expect(statistics.difference(errors(small), errors(large)).low).toBeGreaterThan(0);
    expect(statistics.difference(higher(small), higher(large)).high).toBeLessThan(0);
  });

  test('of a value that is no mean is of that value, with the p of its resamples', () => {
    const median = (rows: Float64Array) => (indices: Uint32Array) =>
      Float64Array.from(indices, (row) => rows[row]).sort()[Math.floor(indices.length / 2)];
    const [low, high] = [Float64Array.from(units(101, 6)), Float64Array.from(units(101, 7), (value) => value + 0.4)];
    const found = new ScoreStatistics(101).difference(
      { better: 'higher', rows: high, statistic: median(high) },
      { better: 'higher', rows: low, statistic: median(low) },
    );
    expect(found.estimate).toBeCloseTo(high.toSorted()[50] - low.toSorted()[50], 12);
    expect(found).toMatchObject({ test: 'bootstrap' });
    expect(found.low).toBeGreaterThan(0);
    expect(found.p).toBeLessThan(0.05);
  });

  test('of a handful of rows is no surer than a choice of signs, whatever the value is', () => {
    const total = (rows: number[]) => ({
      ...higher(rows),
      statistic: (indices: Uint32Array) => indices.reduce((sum, row) => sum + rows[row], 0) / indices.length,
    });
    const found = new ScoreStatistics(4).difference(total([9, 8, 9, 8]), total([1, 2, 3, 1]));
    expect(found).toMatchObject({ test: 'bootstrap', p: 1 / 8 });
  });

  test('that most resamples cannot define has no bounds', () => {
    const undefinedMostly = (indices: Uint32Array) => (new Set(indices).size > 8 ? 1 : Number.NaN);
    const score = { ...higher(units(10, 8)), statistic: undefinedMostly };
    expect(new ScoreStatistics(10).interval(score)).toMatchObject({ low: -Infinity, high: Infinity });
  });

  test('rows that are no pairs, or groups that are not theirs, are refused', () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow(RangeError);
    expect(() => pairedDifference([], [])).toThrow(/at least one row/);
    expect(() => pairedDifference([1, 2], [1, 2], { clusters: ['a'] })).toThrow(/1 groups for 2 rows/);
  });
});

function exactShare(values: readonly number[]): number {
  const observed = Math.abs(values.reduce((sum, value) => sum + value, 0));
  let extreme = 0;
  for (let signs = 0; signs < 2 ** values.length; signs++) {
    const sum = values.reduce((total, value, i) => total + ((signs >> i) & 1 ? value : -value), 0);
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / 2 ** values.length;
}

describe('the interval of one score', () => {
  test("is Wilson's for a rate of independent rows", () => {
    const rows = Array.from({ length: 263 }, (_, row) => (row < 81 ? 1 : 0));
    expect(new ScoreStatistics(263).interval(higher(rows))).toMatchObject(wilsonInterval(81, 263));
  });

  test('is wider where rows come in groups, and does not vanish where all are right', () => {
    const rows = Array.from({ length: 200 }, (_, row) => (Math.floor(row / 10) % 3 === 0 ? 0 : 1));
    const clusters = rows.map((_, row) => Math.floor(row / 10));
    const [alone, grouped] = [{}, { clusters }].map((options) => {
      const { low, high } = new ScoreStatistics(200, options).interval(higher(rows));
      return high - low;
    });
    expect(grouped / alone).toBeGreaterThan(2);
    const right = new ScoreStatistics(200, { clusters }).interval(higher(rows.map(() => 1)));
    expect(right).toMatchObject({ estimate: 1, high: 1, low: wilsonInterval(20, 20).low });
  });

  test('covers many rows in bundles without losing width', () => {
    const rows = units(12_000, 9);
    const { low, high } = new ScoreStatistics(12_000, { resamples: 1000 }).interval(higher(rows));
    // A uniform number has a deviation of sqrt(1/12).
    expect(Math.abs((high - low) / (2 * 1.96 * Math.sqrt(1 / 12 / 12_000)) - 1)).toBeLessThan(0.1);
  });
});

describe('many tests, and how many rows', () => {
  test('Holm adjusts as R does', () => {
    // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") prints 0.03 0.06 0.06 0.02.
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [i, value] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(value, 12);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });

  test('the smallest difference that shows is 2.8 standard errors at 80 % power', () => {
    expect(minimalDetectableDifference({ sdOfDifferences: 1, n: 100 })).toBeCloseTo(0.280159, 5);
    expect(minimalDetectableDifference({ sdOfDifferences: 2, n: 400 }, { power: 0.9 })).toBeCloseTo(0.3241515, 5);
  });

  test('of rates it follows McNemar: the rows that it gives are those that Connor asks for', () => {
    // Connor (1987): n = (z_a sqrt(d) + z_b sqrt(d - D²))² / D² pairs.
    const [discordant, n] = [0.23, 783];
    const difference = minimalDetectableRateDifference({ discordant, n });
    const needed = (1.959964 * Math.sqrt(discordant) + 0.841621 * Math.sqrt(discordant - difference ** 2)) ** 2;
    expect(needed / difference ** 2).toBeCloseTo(n, 1);
    expect(minimalDetectableRateDifference({ discordant: 0.02, n: 10 })).toBe(0.02);
  });

  test("quantiles of Student's t are the tabulated ones", () => {
    const table = [
      [5, 2.5706],
      [10, 2.2281],
      [25, 2.0595],
      [100, 1.984],
    ];
    for (const [freedom, value] of table) expect(studentQuantile(0.975, freedom)).toBeCloseTo(value, 3);
  });
});
