import { describe, expect, test } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import { candidatesOf, canariesLike, CODES, exposureOf } from '../../../src/evaluation/overfitting/canaries.ts';
import { membershipAuc } from '../../../src/evaluation/overfitting/membership.ts';
import { makeSampler } from '../../../src/data/sampler.ts';
import { modelCard } from '../../../src/store/model-card.ts';

const draws = (count: number, site: number) =>
  Array.from({ length: count }, (_, i) => randomUnit([3, 'privacy test', site], i));

describe('membership inference', () => {
  test('is chance where losses are alike, and certainty where all training rows are the likelier', () => {
    const alike = membershipAuc(draws(200, 0), draws(150, 1));
    expect(alike.low).toBeLessThan(0.5);
    expect(alike.high).toBeGreaterThan(0.5);
    expect(membershipAuc([1, 2], [3, 4, 5])).toMatchObject({ auc: 1, low: 1, high: 1 });
    expect(membershipAuc([1, 1], [1, 1]).auc).toBe(0.5);
  });

  test('has the interval of a rank statistic', () => {
    const { low, high } = membershipAuc(draws(100, 2), draws(100, 3));
    const expected = 2 * 1.96 * Math.sqrt(201 / (12 * 100 * 100));
    expect(Math.abs((high - low) / expected - 1)).toBeLessThan(0.1);
  });
});

describe('canaries', () => {
  const row = { kind: 'completion', id: 'a', prompt: 'x', completion: 'y', source: { file: 'f', line: 1 } } as const;

  test('have the form of the rows, codes keyed by the seed, and are the first of their candidates', () => {
    const [first, second] = canariesLike(row, 2, 7)!;
    expect(first.code).toMatch(/^\d{8}$/);
    expect(first.code).not.toBe(second.code);
    expect(canariesLike(row, 2, 7)![0].code).toBe(first.code);
    const candidates = candidatesOf(first, 0, 7);
    expect(candidates).toHaveLength(CODES);
    expect(candidates[0]).toEqual(first.withCode(first.code));
    expect(new Set(candidates.map(({ id }) => id)).size).toBeGreaterThan(CODES - 3);
    expect(canariesLike({ ...row, kind: 'classification', text: '', label: '' } as never, 1, 7)).toBeUndefined();
  });

  test('are exposed by their rank', () => {
    expect(exposureOf([1, 2, 3, 4])).toBe(2);
    expect(exposureOf([4, 1, 2, 3])).toBe(0);
  });
});

test('Poisson batches draw each row on its own, differently each step, and go on after a restore', () => {
  const options = { rows: 400, batchSize: 40, seed: 9, isPoisson: true };
  const sampler = makeSampler(options);
  const batches = Array.from({ length: 30 }, () => sampler.next().rows);
  const sizes = batches.map((rows) => rows.length);
  expect(new Set(sizes).size).toBeGreaterThan(5);
  expect(Math.abs(sizes.reduce((sum, size) => sum + size, 0) / 30 - 40)).toBeLessThan(4);
  expect(batches.every((rows) => new Set(rows).size === rows.length)).toBe(true);
  const again = makeSampler(options);
  again.restore({ epoch: 1, index: 3 });
  expect(again.next().rows).toEqual(batches[13]);
});

test('the model card states the bound, and what it is a bound on', () => {
  const bound = {
    epsilon: 3.21,
    delta: 1e-5,
    noise_multiplier: 0.9,
    max_row_norm: 1,
    sample_rate: 0.02,
    steps: 500,
    accountant: 'prv',
  };
  const about = { name: 'x', kind: 'adapter', task: 'text-generation', metrics: {}, recipe: {}, identity: {} } as const;
  expect(modelCard({ ...about, privacy: bound })).toContain(
    '(ε = 3.21, δ = 1e−5) for adding or removing one training row',
  );
  expect(modelCard(about)).not.toContain('Privacy');
});
