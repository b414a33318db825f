import { describe, expect, it } from 'vitest';
import { habitsOf, suspicionsOf } from '../../../../src/training/objectives/rewards/habits.ts';

const answer = (length: number) => Array.from({ length }, (_, i) => i);

describe('what a reward is earned by', () => {
  it('is length where longer answers have the higher rewards', () => {
    const lengths = [3, 5, 8, 9, 12];
    const found = habitsOf(
      lengths.map(answer),
      lengths.map((length) => 2 * length),
    );
    expect(found.reward_length_correlation).toBeCloseTo(1, 9);
    expect(found['completions/repetition']).toBe(0);
    expect(habitsOf([answer(4), answer(4)], [1, 2]).reward_length_correlation).toBe(0);
    expect(habitsOf([answer(4), answer(6), answer(9)], [1, null, 2]).reward_length_correlation).toBeCloseTo(1, 9);
  });

  it('is repetition where runs of tokens come again', () => {
    expect(habitsOf([[1, 2, 1, 2, 1, 2, 1, 2, 1]], [1])['completions/repetition']).toBeCloseTo(1 - 2 / 6, 9);
  });

  const before = {
    reward: 1,
    'completions/mean_length': 20,
    reward_length_correlation: 0.9,
    'completions/repetition': 0.1,
  };

  it('a reward that likes length is named, also where all answers have reached the limit', () => {
    const after = { ...before, reward: 3, 'completions/mean_length': 64, reward_length_correlation: 0 };
    expect(suspicionsOf(before, after, { rows: 20 })).toEqual([
      expect.stringContaining('answers became longer (20.0 → 64.0 tokens)'),
    ]);
    expect(suspicionsOf(before, { ...after, 'completions/mean_length': 22 }, { rows: 20 })).toEqual([]);
    expect(suspicionsOf({ ...before, reward_length_correlation: 0.1 }, after, { rows: 20 })).toEqual([]);
    expect(suspicionsOf(before, after, { rows: 3 })).toEqual([]);
    expect(suspicionsOf(before, { ...after, reward: 1 }, { rows: 20 })).toEqual([]);
  });

  it('also where answers are all of one length before and after, by what was sampled between', () => {
    const plain = { ...before, reward_length_correlation: 0 };
    const after = { ...plain, reward: 3, 'completions/mean_length': 64 };
    expect(suspicionsOf(plain, after, { rows: 20 })).toEqual([]);
    expect(suspicionsOf(plain, after, { rows: 20, sampled: 0.95 })).toEqual([expect.stringContaining('(r 0.95)')]);
  });

  it('so is one for answers that repeat themselves', () => {
    const after = { ...before, reward: 2, 'completions/repetition': 0.7 };
    expect(suspicionsOf(before, after, { rows: 20 })).toEqual([expect.stringContaining('10 % → 70 %')]);
  });

  it('so is one that another reward, which was not trained on, does not follow', () => {
    const watched = (mean: number) => ({ 'held_out/polite/mean': mean, 'held_out/polite/std': 0.2 });
    const after = { ...before, reward: 2 };
    expect(suspicionsOf({ ...before, ...watched(0.8) }, { ...after, ...watched(0.5) }, { rows: 50 })).toEqual([
      expect.stringContaining('polite, which is not trained on, fell (0.800 → 0.500)'),
    ]);
    expect(suspicionsOf({ ...before, ...watched(0.8) }, { ...after, ...watched(0.77) }, { rows: 50 })).toEqual([]);
  });
});
