// What the statistics promise, on populations whose truth is known: a few draws of each; `npm run simulate` draws enough for the promised bounds.
import { describe, expect, test } from 'vitest';
import {
  pairedAnswers,
  populations,
  sampledTwice,
  type Population,
  type PopulationName,
} from '../../../tools/simulate/populations.ts';
import { coverage, familyError, found } from '../../../tools/simulate/studies.ts';

const study = { trials: 100, rows: 200, resamples: 200 };
const rate = 0.6;

test.each(Object.keys(populations) as PopulationName[])('intervals hold the true difference of %s scores', (name) => {
  const held = coverage(populations[name], { ...study, trials: 200 });
  expect(held).toBeGreaterThan(0.9);
  expect(held).toBeLessThan(0.99);
});

describe('a comparison', () => {
  test.each<[string, Population]>([
    ['one model that answers greedily', pairedAnswers({ rate, gain: 0, lost: 0 })],
    ['one model that draws its answers, asked twice', sampledTwice],
    ['two models of one worth that differ on a fifth of the rows', pairedAnswers({ rate, gain: 0, lost: 0.1 })],
    ['two models of one worth that answer independently', pairedAnswers({ rate, gain: 0, lost: 0.24 })],
  ])('tells nothing apart in %s', (_, population) => {
    expect(found(population, study)).toBeLessThanOrEqual(0.05);
  });

  test('finds a gain of 5 points on 1,000 rows where the models mostly agree, and less often where they do not', () => {
    const rows = 1000;
    expect(found(pairedAnswers({ rate, gain: 0.05, lost: 0.04 }), { ...study, rows })).toBeGreaterThanOrEqual(0.9);
    const independent = found(pairedAnswers({ rate, gain: 0.05, lost: rate * (1 - rate - 0.05) }), { ...study, rows });
    expect(independent).toBeGreaterThan(0.5);
    expect(independent).toBeLessThan(0.75);
  });

  test('of six equal models finds a difference by chance, which Holm sees to', () => {
    const errors = familyError(6, { ...study, trials: 300 });
    expect(errors.holm).toBeLessThanOrEqual(0.05);
    expect(errors.plain).toBeGreaterThan(0.1);
  });
});
