import { describe, expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatNumber, formatTime } from '../../../src/base/format.ts';

describe('numbers for people', () => {
  test.each([
    [0, '0'],
    [1.23456, '1.235'],
    [-0.5, '−0.5'],
    [0.0003, '0.0003'],
    [0.00002, '2e−5'],
    [123456.7, '123,457'],
    [9999.9, '10,000'],
    [2.5e20, '2.5e20'],
    [1.2344e20, '1.234e20'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '∞'],
  ])('%s is written %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test('counts have their thousands set apart', () => {
    expect(formatCount(-1234567.4)).toBe('−1,234,567');
  });

  test.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1536, '1.5 KiB'],
    [5 * 1024 ** 3, '5 GiB'],
    [2 ** 60, '1,048,576 TiB'],
  ])('%s bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [0.04, '0.0 s'],
    [9.96, '10 s'],
    [59.6, '1 min 00 s'],
    [185, '3 min 05 s'],
    [7799, '2 h 10 min'],
    [3 * 86400 + 4 * 3600, '3 d 4 h'],
  ])('%s seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test('a time is local', () => {
    expect(formatTime(new Date(2025, 0, 31, 9, 5).getTime())).toBe('2025-01-31 09:05');
  });
});
