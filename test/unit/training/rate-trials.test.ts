import { describe, expect, it } from 'vitest';
import { chooseRate } from '../../../src/training/rate-trials.ts';

const trials = (...losses: [rate: number, loss: number | null][]) => losses.map(([rate, loss]) => ({ rate, loss }));

describe('the rate that trials choose', () => {
  it('is that of the lowest loss', () => {
    expect(chooseRate(trials([1e-3, 1.5], [3e-3, 1], [9e-3, 1.6]), 2)).toBe(3e-3);
  });

  it('is the lowest of those that are as good', () => {
    expect(chooseRate(trials([1e-3, 1.01], [3e-3, 1], [9e-3, 1.6]), 2)).toBe(1e-3);
  });

  it('is halved where the next higher one diverged, or did harm', () => {
    expect(chooseRate(trials([1e-3, 1.5], [3e-3, 1], [9e-3, null]), 2)).toBe(1.5e-3);
    expect(chooseRate(trials([1e-3, 1.5], [3e-3, 1], [9e-3, 2.1]), 2)).toBe(1.5e-3);
  });

  it('is none where every trial diverged', () => {
    expect(chooseRate(trials([1e-3, null], [3e-3, null]), 2)).toBeUndefined();
  });
});
