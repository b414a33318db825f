// Rows of what people chose: how they are read, joined and split, cheap recommenders, and metrics worked out by hand.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AttuneError } from '../../src/base/errors.ts';
import type { ItemsExample } from '../../src/data/example.ts';
import { loadData, type DataOptions, type Example } from '../../src/data/index.ts';
import { baselines, type BaselineName } from '../../src/eval/baselines/index.ts';
import { createMetric, type MetricName } from '../../src/eval/metrics/index.ts';
import { suitableMetrics } from '../../src/eval/compare/suitable-metrics.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-items-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(name: string, text: string, options: Partial<DataOptions> = {}) {
  writeFileSync(join(folder, name), text);
  return loadData({ train: name, seed: 1, base: folder, ...options });
}

const itemsOf = (rows: readonly Example[]) => rows.map((row) => (row as ItemsExample).items.join(''));

function row(...items: string[]): ItemsExample {
  return { kind: 'items', id: items.join(), source: { file: 'rows.jsonl', line: 1 }, items };
}

describe('interactions', () => {
  test('become a row for each user, by time and not by place', async () => {
    const csv = 'user,item,timestamp\nu,c,2026-01-03\nv,x,2\nu,a,2026-01-01\nu,b,2026-01-02\n';
    const { splits, report } = await load('times.csv', csv);
    expect(report.files[0].format).toBe('interactions');
    expect(itemsOf(splits.train)).toEqual(['abc', 'x']);
  });

  test('keep the order of the file where they have no times', async () => {
    const { splits } = await load('order.csv', 'user,item\nu,c\nv,x\nu,a\n');
    expect(itemsOf(splits.train)).toEqual(['ca', 'x']);
    expect(splits.train[0]).toMatchObject({ kind: 'items', user: 'u', source: { line: 2 } });
  });

  test('say what is wrong with each field, all at once', async () => {
    const csv = 'user,item,timestamp\nu,,2\n,b,soon\nw,a,1\n';
    const { problems } = (await load('bad.csv', csv).catch((error: unknown) => error)) as AttuneError;
    expect(problems.map(({ line, field }) => [line, field])).toEqual([
      [2, 'item'],
      [3, 'user'],
      [3, 'timestamp'],
    ]);
  });

  test('of one user must all have a time, or none', async () => {
    await expect(load('mixed.csv', 'user,item,time\nu,a,1\nu,b,\nv,a,3\n')).rejects.toThrow(/E_BAD_ROWS[^]*user "u"/);
  });
});

describe('the last items', () => {
  const rows = ['abcd', 'xy', 'z', 'pqr'].map((items) => JSON.stringify({ items: [...items] })).join('\n');

  test('are predicted in test, those before them in validation, from all that came before', async () => {
    const { splits, report } = await load('baskets.jsonl', rows, { validation: 0.1, test: 0.1 });
    expect(itemsOf(splits.train)).toEqual(['ab', 'xy', 'z', 'p']);
    expect(itemsOf(splits.validation)).toEqual(['abc', 'pq']);
    expect(itemsOf(splits.test)).toEqual(['abcd', 'pqr']);
    expect(splits.test.every((one) => (one as ItemsExample).isLastOnly)).toBe(true);
    expect(report.lastItems).toEqual({ users: 4, short: 2, needed: 3 });
    expect(report.rows).toEqual({ train: 4, validation: 2, test: 2 });
  });

  test('are of one kind where only one is wanted, and stay where nothing is to be held out', async () => {
    const one = await load('one.jsonl', rows, { test: 0.1 });
    expect(itemsOf(one.splits.train)).toEqual(['abc', 'x', 'z', 'pq']);
    expect(itemsOf(one.splits.test)).toEqual(['abcd', 'xy', 'pqr']);
    expect(one.report.lastItems?.short).toBe(1);
    const none = await load('none.jsonl', rows);
    expect(itemsOf(none.splits.train)).toEqual(['abcd', 'xy', 'z', 'pqr']);
    expect(none.report.lastItems).toBeUndefined();
  });

  test('keep the weights of the files that they come from', async () => {
    writeFileSync(join(folder, 'other.jsonl'), '{"items":["k","l","m"]}');
    const train = [{ path: 'weighed.jsonl', weight: 3 }, 'other.jsonl'];
    const { mixture } = await load('weighed.jsonl', rows, { train, test: 0.1 });
    expect(mixture?.map((part) => part.rows)).toEqual([4, 1]);
  });
});

describe('cheap recommenders', () => {
  const train = [row('bread', 'milk'), row('bread', 'milk'), row('tea', 'cake'), row('bread', 'jam'), row('bread')];
  const ask = async (name: BaselineName, example: Example) =>
    (await (await (await baselines.load(name)).fit(train)).predict([example]))[0].ranking!;

  test('popularity ranks what most rows have, without what a row has', async () => {
    expect(await ask('popularity', row('bread', 'jam'))).toEqual(['milk', 'cake', 'jam', 'tea']);
  });

  test('item_knn ranks by cosine: milk 2 / √(4 · 2) before jam 1 / √(4 · 1)', async () => {
    expect(await ask('item_knn', row('bread', 'tea'))).toEqual(['milk', 'jam', 'cake', 'tea']);
    expect((await ask('item_knn', row('tea', 'jam')))[0]).toBe('cake');
    expect((await ask('item_knn', row('never seen', 'jam')))[0]).toBe('bread');
  });

  test('bpr_mf learns what goes together', async () => {
    const two = Array.from({ length: 60 }, (_, i) =>
      row(...[...'abcdef', ...'uvwxyz'].slice(6 * (i % 2), 6 * (i % 2) + 6)),
    );
    const predictor = await (await baselines.load('bpr_mf')).fit(two);
    const [first, second] = await predictor.predict([row('a', 'b', 'c', 'd'), row('u', 'v', 'w', 'x')]);
    expect(first.ranking!.slice(0, 3).toSorted().join('')).toBe('def');
    expect(second.ranking!.slice(0, 3).toSorted().join('')).toBe('xyz');
  });
});

describe('recommendations', () => {
  const rows = [
    [row('a', 'b', 'c'), ['c', 'd']],
    [row('a', 'd'), ['b', 'c']],
    [row('a', 'b', 'e'), ['c', 'd']],
  ] as const;

  async function value(metric: MetricName, k = 2): Promise<number> {
    const { metric: made } = await createMetric({ metric, k });
    for (const [example, ranking] of rows) made.add({ id: example.id, ranking }, example);
    return made.result().value;
  }

  test('are measured by the place of the item that came next', async () => {
    expect(await value('recall_at_k')).toBeCloseTo(1 / 3);
    expect(await value('ndcg')).toBeCloseTo(1 / 3);
    expect(suitableMetrics(rows.map(([example]) => example))[0].metric).toBe('ndcg');
  });

  test('cover b, c and d of a, b, c and d', async () => {
    expect(await value('coverage')).toBe(3 / 4);
    expect(await value('coverage', 1)).toBe(2 / 3);
  });

  test('are as new as they are rare: b in 2 of 3 rows, c and d in none', async () => {
    const rare = Math.log2(6);
    expect(await value('novelty')).toBeCloseTo((rare + (Math.log2(1.5) + rare) / 2 + rare) / 3);
  });

  test('are less popular than what the rows have', async () => {
    const [rare, b] = [1 / 6, 2 / 3];
    const own = [(1 + b) / 2, 1, (1 + b) / 2];
    const theirs = [rare, (b + rare) / 2, rare];
    const mean = theirs.reduce((sum, share, i) => sum + share - own[i], 0) / 3;
    expect(await value('popularity_bias')).toBeCloseTo(mean);
  });
});
