import { describe, expect, it } from 'vitest';
import {
  philox4x32,
  philoxKey,
  randomPermutation,
  randomUint32,
  randomUnit,
  shuffled,
} from '../../../src/base/random.ts';

const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('Philox4x32-10', () => {
  // Known answers published with Random123 (kat_vectors).
  it('gives the published answer for zeros', () => {
    expect(hex(philox4x32([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  });

  it('gives the published answer for ones', () => {
    const f = 0xffffffff;
    expect(hex(philox4x32([f, f, f, f], [f, f]))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
  });

  it('gives the published answer for the digits of pi', () => {
    const counter = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;
    expect(hex(philox4x32(counter, [0xa4093822, 0x299f31d0]))).toBe('d16cfe09 94fdcceb 5001e420 24126ea1');
  });
});

describe('keyed draws', () => {
  it('are the same for the same key and differ where any part differs', () => {
    const keys = [
      [1, 'a'],
      [2, 'a'],
      [1, 'b'],
      [1, 'a', 0],
      [1, 'a', 1],
      [1, 'a', 0, 0],
      [1, 'a', 2 ** 40],
      [1, 'a', -1],
      [1 + 2 ** 32, 'a'],
      [1, 'a\0'],
    ] as const;
    expect(new Set(keys.map((key) => philoxKey(key).join())).size).toBe(keys.length);
    expect(randomUint32([1, 'a', 5], 9)).toBe(randomUint32([1, 'a', 5], 9));
    expect(randomUint32([1, 'a', 5], 9)).not.toBe(randomUint32([1, 'a', 5], 10));
  });

  it('refuse a key that is no integer instead of rounding it', () => {
    expect(() => philoxKey([0.5, 'a'])).toThrow(RangeError);
    expect(() => philoxKey([1, 'a', Number.NaN])).toThrow(RangeError);
  });

  it('fill the unit interval evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    let sum = 0;
    for (let index = 0; index < 20_000; index++) {
      const value = randomUnit([3, 'unit'], index);
      sum += value;
      counts[Math.floor(value * 10)]++;
    }
    expect(sum / 20_000).toBeCloseTo(0.5, 2);
    // Chi-squared with 9 degrees of freedom; 27.9 is its 99.9 % point.
    expect(counts.reduce((total, count) => total + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
  });
});

describe('shuffling', () => {
  it('keeps every element, leaves the input alone and depends on the key only', () => {
    const input = Array.from({ length: 100 }, (_, index) => index);
    const first = shuffled(input, [7, 'order', 1]);
    expect(first.toSorted((a, b) => a - b)).toEqual(input);
    expect(first).not.toEqual(input);
    expect(shuffled(input, [7, 'order', 1])).toEqual(first);
    expect(shuffled(input, [7, 'order', 2])).not.toEqual(first);
    expect([...randomPermutation(100, [7, 'order', 1])]).toEqual(first);
  });

  it('gives each of the six orders of three elements equally often', () => {
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      const order = randomPermutation(3, [1, 'six', draw]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const statistic = [...counts.values()].reduce((total, count) => total + (count - 1000) ** 2 / 1000, 0);
    expect(statistic).toBeLessThan(20.5); // 99.9 % point for 5 degrees of freedom
  });
});
