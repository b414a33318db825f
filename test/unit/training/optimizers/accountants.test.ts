// Privacy cost of training steps, compared with Opacus' accountants.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logErfc, normalCdf } from '../../../../src/training/optimizers/normal-tail.ts';
import { noiseFor } from '../../../../src/training/optimizers/privacy-budget.ts';
import { prvEpsilon } from '../../../../src/training/optimizers/prv-accountant.ts';
import { rdpEpsilon, renyiDivergence } from '../../../../src/training/optimizers/rdp-accountant.ts';

const file = new URL('../../../../fixtures/privacy/accountant.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as {
  cases: {
    q: number;
    sigma: number;
    T: number;
    delta: number;
    rdp_epsilon: number;
    best_order: number;
    rdp_one_step: Record<string, number>;
    prv_epsilon: number;
    prv_lower: number;
  }[];
  noise_multiplier: Record<'target_epsilon' | 'target_delta' | 'sample_rate' | 'steps' | 'noise_multiplier', number>;
};

test.each(reference.cases)('Renyi: q $q, sigma $sigma, $T steps', (one) => {
  const steps = { sampleRate: one.q, noiseMultiplier: one.sigma, steps: one.T };
  const { epsilon, order } = rdpEpsilon([steps], one.delta);
  expect(Math.abs(epsilon / one.rdp_epsilon - 1)).toBeLessThan(1e-9);
  expect(order).toBe(one.best_order);
  for (const [at, wanted] of Object.entries(one.rdp_one_step))
    expect(Math.abs(renyiDivergence([{ ...steps, steps: 1 }], Number(at)) / wanted - 1)).toBeLessThan(1e-9);
});

// `npm run parity` compares the others, which take seconds each.
test('the distribution of the privacy loss gives the published bounds', () => {
  for (const one of reference.cases.filter(({ q }) => q === 1 || q === 0.1)) {
    const bounds = prvEpsilon({ sampleRate: one.q, noiseMultiplier: one.sigma, steps: one.T }, one.delta);
    expect(Math.abs(bounds.upper - one.prv_epsilon)).toBeLessThan(1e-3);
    expect(Math.abs(bounds.lower - one.prv_lower)).toBeLessThan(1e-3);
  }
});

test('the noise for a target is that of Opacus', () => {
  const {
    target_epsilon: target,
    target_delta: delta,
    sample_rate: sampleRate,
    steps,
    noise_multiplier: wanted,
  } = reference.noise_multiplier;
  expect(noiseFor(target, { sampleRate, steps, delta, accountant: 'rdp' })).toBe(wanted);
  expect(noiseFor(1e-4, { sampleRate: 1, steps: 1e9, delta: 1e-9, accountant: 'rdp' })).toBeUndefined();
});

test('tails of the normal distribution', () => {
  expect(normalCdf(1.96)).toBeCloseTo(0.9750021048517795, 14);
  expect(normalCdf(-6) / 9.865876450376981e-10).toBeCloseTo(1, 12);
  expect(logErfc(30)).toBeCloseTo(-903.9741171106439, 9);
  expect(logErfc(-3)).toBeCloseTo(Math.log(1.9999779095030015), 13);
});
