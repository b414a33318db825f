import { describe, expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { LEFT_OUT, splitByTime, type TimedRows } from '../../../src/data/split-by-time.ts';

const [TRAIN, VALIDATION, TEST] = [0, 1, 2];

/** Rows of customers who come again: every customer somewhere in the whole time, or in a part of it. */
function rowsOf(count: number, { customers, lasting }: { customers: number; lasting: number }): TimedRows {
  const draw = (purpose: string, number: number) => randomUint32([7, purpose, number]) / 2 ** 32;
  const setOf = Uint32Array.from({ length: count }, (_, row) => Math.floor(draw('customer', row) * customers));
  const sizes = new Uint32Array(customers);
  for (const set of setOf) sizes[set]++;
  const begin = (set: number) => draw('begin', set) * (1 - lasting);
  const times = Float64Array.from(setOf, (set, row) => Math.floor(365 * (begin(set) + lasting * draw('time', row))));
  return { times, setOf, sizes };
}

function check({ times, setOf }: TimedRows, splitOf: Uint8Array) {
  const of = (split: number) => [...splitOf.keys()].filter((row) => splitOf[row] === split);
  const [train, validation, test] = [TRAIN, VALIDATION, TEST].map(of);
  const first = (rows: readonly number[]) => rows.reduce((least, row) => Math.min(least, times[row]), Infinity);
  const leaked = (rows: readonly number[], behind: readonly number[]) =>
    rows.filter((row) => times[row] >= first(behind)).length;
  const shared = (a: readonly number[], b: readonly number[]) =>
    new Set(a.map((row) => setOf[row])).intersection(new Set(b.map((row) => setOf[row]))).size;
  return {
    counts: [train.length, validation.length, test.length, of(LEFT_OUT).length],
    leaked: leaked(train, validation) + leaked(train, test) + leaked(validation, test),
    shared: shared(train, validation) + shared(train, test) + shared(validation, test),
  };
}

describe('rows split by time', () => {
  it.each([
    ['customers who come all the time', 300, 1],
    ['customers of a few months', 300, 0.25],
    ['few customers', 12, 1],
    ['rows that nothing holds together', 200_000, 1],
  ])(
    'of %s: none trained on is as late as the beginning of test, and no customer is in two splits',
    (_, customers, lasting) => {
      const rows = rowsOf(1_500, { customers, lasting });
      const { counts, leaked, shared } = check(rows, splitByTime(rows, { validation: 0.05, test: 0.1 })!);
      expect({ leaked, shared }).toEqual({ leaked: 0, shared: 0 });
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1_500);
      expect(counts[2]).toBeGreaterThanOrEqual(150);
      expect(counts[1]).toBeGreaterThanOrEqual(75);
      expect(counts[0]).toBeGreaterThan(300);
    },
  );

  it('leave nothing out where no set has rows on both sides', () => {
    const times = Float64Array.from({ length: 40 }, (_, row) => 40 - row);
    const rows = { times, setOf: Uint32Array.from(times.keys()), sizes: new Uint32Array(40).fill(1) };
    const { counts } = check(rows, splitByTime(rows, { validation: 0.1, test: 0.2 })!);
    expect(counts).toEqual([28, 4, 8, 0]);
  });

  it('are refused where there is but one time or one set', () => {
    const times = new Float64Array(10).fill(3);
    const alone = { times, setOf: Uint32Array.from(times.keys()), sizes: new Uint32Array(10).fill(1) };
    expect(splitByTime(alone, { validation: 0, test: 0.2 })).toBeUndefined();
    const one = { times: Float64Array.from(times.keys()), setOf: new Uint32Array(10), sizes: Uint32Array.of(10) };
    expect(splitByTime(one, { validation: 0, test: 0.2 })).toBeUndefined();
  });
});
