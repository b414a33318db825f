import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttuneError } from '../../../src/base/errors.ts';
import { randomUint32 } from '../../../src/base/random.ts';
import { loadData, type Example, type LoadedData } from '../../../src/data/index.ts';
import { LEFT_OUT, splitByTime, type TimedRows } from '../../../src/data/split-by-time.ts';

const [TRAIN, VALIDATION, TEST] = [0, 1, 2];

/**
 * Rows of returning customers: each customer's rows are spread over the whole time, or over a part of it (`lasting`).
 */
function rowsOf(count: number, { customers, lasting }: { customers: number; lasting: number }): TimedRows {
  const draw = (purpose: string, number: number) => randomUint32([7, purpose, number]) / 2 ** 32;
  const setOf = Uint32Array.from({ length: count }, (_, row) => Math.floor(draw('customer', row) * customers));
  const begin = (set: number) => draw('begin', set) * (1 - lasting);
  const times = Float64Array.from(setOf, (set, row) => Math.floor(365 * (begin(set) + lasting * draw('time', row))));
  return { times, setOf, sets: customers };
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
    const rows = { times, setOf: Uint32Array.from(times.keys()), sets: 40 };
    const { counts } = check(rows, splitByTime(rows, { validation: 0.1, test: 0.2 })!);
    expect(counts).toEqual([28, 4, 8, 0]);
  });

  it('are refused where there is but one time or one set', () => {
    const times = new Float64Array(10).fill(3);
    const alone = { times, setOf: Uint32Array.from(times.keys()), sets: 10 };
    expect(splitByTime(alone, { validation: 0, test: 0.2 })).toBeUndefined();
    const one = { times: Float64Array.from(times.keys()), setOf: new Uint32Array(10), sets: 1 };
    expect(splitByTime(one, { validation: 0, test: 0.2 })).toBeUndefined();
  });
});

describe('data of a recipe', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-by-time-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  type Row = Record<string, unknown>;
  const write = (name: string, rows: readonly Row[]) =>
    writeFileSync(join(folder, name), rows.map((row) => JSON.stringify(row)).join('\n'));
  const load = (train: string, { validation = 0, splitByTime = 'sent' } = {}): Promise<LoadedData> =>
    loadData({ train, validation, test: 0.2, splitByTime, seed: 1, base: folder });
  const failure = (...options: Parameters<typeof load>): Promise<AttuneError> =>
    load(...options).then(
      () => expect.unreachable('it should have failed'),
      (error: unknown) => error as AttuneError,
    );
  const prose = (id: number) =>
    Array.from({ length: 12 }, (_, at) => `word${randomUint32([9, 'prose', id, at]) % 5000}`).join(' ');
  const texts = (count: number): Row[] => Array.from({ length: count }, (_, id) => ({ text: prose(id) }));

  it('tests on the newest rows, validates on those before them, and leaves no relative on both sides', async () => {
    const rows: Row[] = texts(200).map((row, id) => ({
      ...row,
      sent: new Date(Date.UTC(2026, 0, id + 1)).toISOString(),
    }));
    rows.push({ text: `${String(rows[199].text)} again`, sent: '2025-12-31' }); // an early copy of a test row
    write('a.jsonl', rows.toReversed());
    const { splits, report } = await load('a.jsonl', { validation: 0.1 });
    const of = (split: Example[]) => split.map(({ time }) => time!);
    expect(Math.max(...of(splits.train))).toBeLessThan(Math.min(...of(splits.validation)));
    expect(Math.max(...of(splits.validation))).toBeLessThan(Math.min(...of(splits.test)));
    expect(report).toMatchObject({
      rows: { train: 140, validation: 20, test: 40 },
      byTime: { column: 'sent', leftOut: 1 },
    });
    expect(report.files[0].ignored).toEqual([]);
    expect(report.overlap.rows).toBe(0);
  });

  it('needs a time in each row, several of them, and rows that are no lists of items', async () => {
    const rows = texts(30).map((row, id) => ({ ...row, sent: `2026-01-${String(id + 1).padStart(2, '0')}` }));
    write('a.jsonl', [...rows, { text: prose(99), sent: 'soon' }]);
    const bad = await failure('a.jsonl');
    expect(bad).toMatchObject({ code: 'E_BAD_ROWS', problems: [{ line: 31, field: 'sent' }] });
    const missing = await failure('a.jsonl', { splitByTime: 'send' });
    expect(missing.problems).toMatchObject([{ field: 'split_by_time', fix: 'did you mean "sent"?' }]);
    write(
      'same.jsonl',
      texts(30).map((row) => ({ ...row, sent: '2026-01-01' })),
    );
    const same = await failure('same.jsonl');
    expect(same).toMatchObject({ code: 'E_SPLIT_IMPOSSIBLE', expected: expect.stringContaining('different times') });
    write(
      'items.jsonl',
      texts(30).map((_, id) => ({ user: `u${id}`, items: ['a', 'b', 'c'], sent: '2026-01-01' })),
    );
    expect(await failure('items.jsonl')).toMatchObject({
      code: 'E_SPLIT_TIME',
    });
  });
});
