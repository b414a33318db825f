// What the statistics promise, on populations whose truth is known; npm run simulate draws more of them.
import { describe, expect, test } from 'vitest';
import { populations, rates, type PopulationName } from '../../tools/simulate/populations.ts';
import { coverage, familyError, found } from '../../tools/simulate/studies.ts';

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

  test('two models of the same worth are told apart in at most 5 of 100 draws', { timeout: 60_000 }, () => {
    expect(found(rates({ rate: 0.6, gain: 0, shared: 0 }), study)).toBeLessThanOrEqual(0.05);
    expect(found(rates({ rate: 0.6, gain: 0, shared: 0.5 }), study)).toBeLessThanOrEqual(0.05);
  });

  test('a gain of 5 points on 1,000 rows is found in at least 90 of 100 draws', { timeout: 60_000 }, () => {
    // Six rows in ten have the same answer from both, which makes the answers' correlation 0.62.
    expect(found(rates({ rate: 0.6, gain: 0.05, shared: 0.6 }), study)).toBeGreaterThanOrEqual(0.9);
  });

  test('six equal models are all found equal in 19 of 20 draws, which only Holm sees to', { timeout: 60_000 }, () => {
    const errors = familyError(6, { trials: 300, rows: 200, resamples: 200 });
    expect(errors.holm).toBeLessThanOrEqual(0.05);
    expect(errors.plain).toBeGreaterThan(0.1);
  });
});
