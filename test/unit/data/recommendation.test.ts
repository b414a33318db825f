// Rows of users' choices: reading, joining, splitting, cheap recommenders, and metrics computed by hand.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AttuneError } from '../../../src/base/errors.ts';
import type { ItemsExample } from '../../../src/data/example.ts';
import { readCatalogue } from '../../../src/data/catalogue.ts';
import { loadData, refuseContaminated, type DataOptions, type Example } from '../../../src/data/index.ts';
import { encodeFeatures, learnFeatures } from '../../../src/data/item-features.ts';
import { baselines, type BaselineName } from '../../../src/answering/baselines/index.ts';
import { createMetric, type MetricName } from '../../../src/scoring/metrics/index.ts';
import { compareAnswers } from '../../../src/evaluation/compare/compare.ts';
import { repeatedRows } from '../../../src/answering/baselines/items.ts';
import { suitableMetrics } from '../../../src/evaluation/compare/suitable-metrics.ts';

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

  test('are read with the day first where dates have dots', async () => {
    const csv = 'user,item,date\nu,c,1.3.2026 09:00\nv,x,02.01.2026\nu,a,03.01.2026\nu,b,31.01.2026 10:00\n';
    expect(itemsOf((await load('dots.csv', csv)).splits.train)).toEqual(['abc', 'x']);
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

describe('what is known of users', () => {
  test('stands with their items, as text and sorted; of interactions the latest counts', async () => {
    const first = '{"user":"u","item":"a","time":1,"user_features":{"plan":"pro","age":30}}';
    const last = '{"user":"u","item":"b","time":2,"user_features":{"plan":"free","new":false,"town":null}}';
    const { splits, report } = await load('known.jsonl', `${last}\n${first}\n`);
    expect(report.files[0].ignored).toEqual([]);
    expect(splits.train).toMatchObject([{ user: 'u', about: ['new=false', 'plan=free'], items: ['a', 'b'] }]);
    const held = await load('held.jsonl', '{"items":["a","b","c"],"user_features":{"plan":"pro"}}\n', { test: 0.1 });
    expect(held.splits.test).toMatchObject([{ about: ['plan=pro'], items: ['a', 'b', 'c'], isLastOnly: true }]);
  });

  test('is refused where it is no object of values', async () => {
    const rows = ['{"items":["a"],"user_features":["pro"]}', '{"items":["a"],"user_features":{"a=b":"c","plan":{}}}'];
    const { problems } = (await load('odd.jsonl', rows.join('\n')).catch((error: unknown) => error)) as AttuneError;
    expect(problems.map(({ line, field }) => [line, field])).toEqual([
      [1, 'user_features'],
      [2, 'user_features.a=b'],
      [2, 'user_features.plan'],
    ]);
  });
});

describe('rows to compare on', () => {
  const of = (user: string, items: string) => ({ ...row(...items), user, id: user + items });

  test('may begin with what was trained on, but not end with it', async () => {
    const train = [of('u', 'abc'), of('v', 'abd')];
    await refuseContaminated(train, [of('u', 'abcd'), of('v', 'abde'), of('w', 'abc'), of('u', 'abcb')]);
    await expect(refuseContaminated(train, [of('v', 'abd')])).rejects.toThrow(
      /1 overlapping rows of the 1 that were asked, 1 of them exact/,
    );
    await expect(refuseContaminated(train, [of('u', 'ac')])).rejects.toThrow(
      /"c" is the target of a test row, but rows.jsonl:1 of train/,
    );
  });
});

describe('a catalogue of items', () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return readCatalogue(join(folder, name));
  };

  test('has texts, values and numbers of each, from any kind of file', async () => {
    const json = '{"item":7,"title":"Tea","text":"green","price":2.5,"tags":["hot","bio"],"new":true,"old":null}\n';
    const tags = ['new=true', 'tags=bio', 'tags=hot'];
    expect(await write('items.jsonl', json)).toEqual([
      { item: '7', text: 'Tea\ngreen', tags, numbers: { price: 2.5 } },
    ]);
    const [tea] = await write('items.csv', 'item_id,price,shelf\ntea,2.5,left\n');
    expect(tea).toEqual({ item: 'tea', text: '', tags: ['shelf=left'], numbers: { price: 2.5 } });
  });

  test('says what is wrong with every row, all at once', async () => {
    const rows = ['{"itm":"a"}', '{"item":"b","box":{}}', '{"item":"c"}', '{"item":"c"}', '{'];
    const { code, problems } = (await write('bad.jsonl', rows.join('\n')).catch(
      (error: unknown) => error,
    )) as AttuneError;
    expect([code, problems.map(({ line, field }) => [line, field])]).toEqual([
      'E_BAD_ROWS',
      [
        [1, 'item'],
        [2, 'box'],
        [4, 'item'],
        [5, undefined],
      ],
    ]);
    await expect(write('empty.jsonl', '')).rejects.toThrow(/E_NO_ROWS/);
  });

  test('describes items that come later by the words, values and scales that it has', () => {
    const item = (name: string, text: string, price: number, tags: string[] = []) => {
      return { item: name, text, tags, numbers: { price } };
    };
    const space = learnFeatures([item('a', 'green tea', 1, ['shelf=left']), item('b', 'Black TEA', 3)], null);
    expect(space).toMatchObject({ words: ['tea'], wordsOfItem: 1, tags: ['shelf=left'], tagsOfItem: 1 });
    const later = new Map([['c', item('c', 'rooibos tea', 5, ['shelf=up', 'shelf=left'])]]);
    const { words, tags, numbers } = encodeFeatures(space, [undefined, 'c', 'd'], later);
    expect([words, tags, numbers]).toEqual([Int32Array.of(0, 1, 0), Int32Array.of(0, 1, 0), Float32Array.of(0, 3, 0)]);
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

describe('what a row has already', () => {
  const train = [row('bread', 'milk'), row('bread', 'milk'), row('tea', 'cake')];
  const asked = [row('bread', 'milk', 'bread'), row('tea', 'milk')];

  test('is recommended again only where that is wanted', async () => {
    const predictor = await (await baselines.load('popularity')).fit(train);
    const rankings = async (keepSeen: boolean) =>
      (await predictor.predict(asked, { keepSeen })).map(({ ranking }) => ranking!.join(' '));
    expect(await rankings(false)).toEqual(['cake tea', 'bread milk cake']);
    expect(await rankings(true)).toEqual(['bread milk cake tea', 'bread milk cake tea']);
  });

  test('is found among what is to be predicted, so that its misses can be told', () => {
    expect([repeatedRows(asked), repeatedRows(train)]).toEqual([1, 0]);
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

  test('are described by novelty and popularity, and no verdict follows from these', async () => {
    const examples = rows.map(([example]) => example);
    const system = (name: string, rankings: readonly (readonly string[])[]) => {
      const predictions = examples.map(({ id }, i) => ({ id, ranking: rankings[i] }));
      return { name, title: name, kind: 'cheap' as const, predictions };
    };
    const [some, others] = [
      system(
        'some',
        rows.map(([, ranking]) => ranking),
      ),
      system('others', [['x'], ['y'], ['z']]),
    ];
    const metrics = ['ndcg', 'novelty', 'popularity_bias'].map((metric) => ({ metric: metric as MetricName }));
    const { comparison } = await compareAnswers([some, others], examples, { split: 'test', metrics });
    expect(comparison.differences.map(({ metric }) => metric)).toEqual(['ndcg']);
    expect(Object.keys(comparison.systems[0].values)).toEqual(['ndcg', 'novelty', 'popularity_bias']);
    const deciding = compareAnswers([some, others], examples, { split: 'test', metrics: metrics.slice(1) });
    await expect(deciding).rejects.toThrow(/E_NO_MERIT/);
    const alone = await compareAnswers([some], examples, { split: 'test', metrics: metrics.slice(1) });
    expect(alone.comparison.systems[0].values.novelty.value).toBeGreaterThan(0);
  });

  test('are less popular than what the rows have', async () => {
    const [rare, b] = [1 / 6, 2 / 3];
    const own = [(1 + b) / 2, 1, (1 + b) / 2];
    const theirs = [rare, (b + rare) / 2, rare];
    const mean = theirs.reduce((sum, share, i) => sum + share - own[i], 0) / 3;
    expect(await value('popularity_bias')).toBeCloseTo(mean);
  });
});
