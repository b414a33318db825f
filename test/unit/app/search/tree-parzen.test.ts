import { expect, test } from 'vitest';
import { median } from '../../../../src/base/median.ts';
import { randomPoint, suggestPoints, type Axis, type Point } from '../../../../src/app/search/tree-parzen.ts';

/** Minimum 0.397887. */
function branin([u, v]: Point): number {
  const [x, y] = [15 * u - 5, 15 * v];
  const bowl = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bowl ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** Minimum -3.32237. */
function hartmann6(point: Point): number {
  const terms = [1, 1.2, 3, 3.2].map(
    (weight, i) => weight * Math.exp(-point.reduce((sum, x, j) => sum + A[i][j] * (x - P[i][j]) ** 2, 0)),
  );
  return -terms.reduce((sum, term) => sum + term, 0);
}

interface Setting {
  axes: readonly Axis[];
  value: (point: Point) => number;
  seed: number;
}

const STARTS = 10;

/** The lowest value of 50 trials. */
function lowest({ axes, value, seed }: Setting, isRandom: boolean): number {
  const tried: { point: Point; value: number }[] = [];
  for (let trial = 0; trial < 50; trial++) {
    const ranked = tried.toSorted((a, b) => a.value - b.value).map(({ point }) => point);
    const key = [seed, 'trial', trial] as const;
    const point = isRandom || trial < STARTS ? randomPoint(axes, key) : suggestPoints(axes, ranked, key)[0];
    tried.push({ point, value: value(point) });
  }
  return Math.min(...tried.map((one) => one.value));
}

const line: Axis = { kind: 'line' };

test.each([
  { name: 'Branin', axes: [line, line], value: branin, minimum: 0.397887 },
  { name: 'Hartmann6', axes: Array.from({ length: 6 }, () => line), value: hartmann6, minimum: -3.32237 },
])('$name: the median regret of 30 seeds is below that of random search', ({ axes, value, minimum }) => {
  const seeds = Array.from({ length: 30 }, (_, seed) => seed);
  const [found, random] = [false, true].map(
    (isRandom) => median(seeds.map((seed) => lowest({ axes, value, seed }, isRandom))) - minimum,
  );
  expect(found).toBeGreaterThanOrEqual(-1e-5);
  expect(found).toBeLessThan(random);
});

test('a choice that is better is drawn more often than the others', () => {
  const axes: Axis[] = [{ kind: 'choice', count: 4 }, line];
  const tried: { point: Point; value: number }[] = [];
  for (let trial = 0; trial < 60; trial++) {
    const ranked = tried.toSorted((a, b) => a.value - b.value).map(({ point }) => point);
    const key = [7, 'trial', trial] as const;
    const point = trial < 8 ? randomPoint(axes, key) : suggestPoints(axes, ranked, key)[0];
    tried.push({ point, value: (point[0] === 2 ? 0 : 1) + Math.abs(point[1] - 0.3) });
  }
  expect(tried.slice(20).filter(({ point }) => point[0] === 2).length).toBeGreaterThan(24);
});

test('suggestions depend on the key alone, and stay inside the space', () => {
  const axes: Axis[] = [line, { kind: 'choice', count: 3 }];
  const ranked: Point[] = [
    [0, 1],
    [1, 2],
    [0.5, 0],
  ];
  const suggested = suggestPoints(axes, ranked, [1, 'trial', 4]);
  expect(suggestPoints(axes, ranked, [1, 'trial', 4])).toEqual(suggested);
  expect(suggestPoints(axes, ranked, [1, 'trial', 5])).not.toEqual(suggested);
  for (const [x, choice] of suggested) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(1);
    expect([0, 1, 2]).toContain(choice);
  }
});
