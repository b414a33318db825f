// What the statistics promise, on populations whose truth is known; npm run simulate draws more of them.
import { describe, expect, test } from 'vitest';
import {
  correlationOf,
  pairedAnswers,
  populations,
  sampledTwice,
  type Population,
  type PopulationName,
} from '../../tools/simulate/populations.ts';
import { coverage, familyError, findings, found } from '../../tools/simulate/studies.ts';

describe('95 % intervals of paired differences', () => {
  const names = Object.keys(populations) as PopulationName[];

  test.each(names)('hold the true difference of %s scores in 93 to 97 of 100 draws', { timeout: 60_000 }, (name) => {
    const held = coverage(populations[name], { trials: 1000, rows: 200, resamples: 500 });
    expect(held).toBeGreaterThanOrEqual(0.93);
    expect(held).toBeLessThanOrEqual(0.97);
  });
});

describe('what a comparison finds', () => {
  const study = { trials: 500, rows: 1000, resamples: 500 };

  const rate = 0.6;

  test.each<[string, Population]>([
    ['one model that answers greedily: both give the same answers', pairedAnswers({ rate, gain: 0, lost: 0 })],
    ['one model that draws its answers, asked twice about the same rows', sampledTwice],
    ['two models of one worth that differ on a fifth of the same rows', pairedAnswers({ rate, gain: 0, lost: 0.1 })],
    ['two models of one worth that answer independently', pairedAnswers({ rate, gain: 0, lost: 0.24 })],
  ])('of %s, is no evidence in 95 of 100 draws', { timeout: 60_000 }, (_, population) => {
    const hits = findings(population, study);
    expect(hits.filter(Boolean).length / hits.length).toBeLessThanOrEqual(0.05);
    // The seeds 0 to 99 alone: they were not chosen, and another hundred may have six of them in one case of four.
    expect(hits.slice(0, 100).filter(Boolean).length).toBeLessThanOrEqual(5);
  });

  test.each([0, 0.04, 0.065])(
    'a gain of 5 points on the same 1,000 rows is found in 90 of 100 draws, where %d of the rows are lost',
    { timeout: 60_000 },
    (lost) => {
      const answers = { rate, gain: 0.05, lost };
      expect(correlationOf(answers)).toBeGreaterThan(0.61);
      expect(found(pairedAnswers(answers), { ...study, trials: 200 })).toBeGreaterThanOrEqual(0.9);
    },
  );

  test('the same gain is found in six of ten draws only, where answers are independent', { timeout: 60_000 }, () => {
    const answers = { rate, gain: 0.05, lost: rate * (1 - rate - 0.05) };
    expect(correlationOf(answers)).toBeCloseTo(0, 12);
    // McNemar's test without its exactness would find it in 64 of 100 (Connor 1987): the rows do not hold more.
    const share = found(pairedAnswers(answers), { ...study, trials: 200 });
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.7);
  });

  test('six equal models are all found equal in 19 of 20 draws, which only Holm sees to', { timeout: 60_000 }, () => {
    const errors = familyError(6, { trials: 300, rows: 200, resamples: 200 });
    expect(errors.holm).toBeLessThanOrEqual(0.05);
    expect(errors.plain).toBeGreaterThan(0.1);
  });
});
