import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttuneError } from '../../../src/base/errors.ts';
import { randomUint32 } from '../../../src/base/random.ts';
import {
  inspectData,
  loadData,
  splitNames,
  type DataOptions,
  type Example,
  type LoadedData,
} from '../../../src/data/index.ts';
import { textOf } from '../../../src/data/compared-text.ts';
import { jaccard, normalWords, shinglesOf } from '../../../src/data/shingles.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Row = Record<string, unknown>;

function write(name: string, rows: readonly Row[] | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof rows === 'string' ? rows : rows.map((row) => JSON.stringify(row)).join('\n'));
  return name;
}

const load = (options: Omit<DataOptions, 'seed' | 'base'> & { seed?: number }): Promise<LoadedData> =>
  loadData({ seed: 1, base: folder, ...options });

const failure = (options: Parameters<typeof load>[0]): Promise<AttuneError> =>
  load(options).then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as AttuneError,
  );

/** Prose without repetition, so that rows of it are not near-duplicates. */
const prose = (id: number, words = 12) =>
  Array.from({ length: words }, (_, at) => `word${randomUint32([9, 'prose', id, at]) % 5000}`).join(' ');
const texts = (count: number, first = 0): Row[] =>
  Array.from({ length: count }, (_, id) => ({ text: prose(first + id) }));
const idsOf = (rows: readonly Example[]) => rows.map(({ id }) => id);

describe('reading', () => {
  it('says for each file its container, its format with the reason, its rows and what it ignored', async () => {
    write('a.jsonl', [{ instruction: 'i', output: 'o', source: 'web' }]);
    write('b.csv', 'question,reply\nq,r\n');
    const { splits, report } = await load({
      train: ['a.jsonl', { path: 'b.csv', columns: { prompt: 'question', completion: 'reply' } }],
    });
    expect(splits.train.map(({ kind, source }) => [kind, source])).toEqual([
      ['chat', { file: 'a.jsonl', line: 1 }],
      ['completion', { file: 'b.csv', line: 2 }],
    ]);
    expect(report.files).toEqual([
      {
        file: 'a.jsonl',
        split: 'train',
        container: 'jsonl',
        format: 'alpaca',
        reason: 'because of columns instruction, output',
        rows: 1,
        ignored: ['source'],
      },
      {
        file: 'b.csv',
        split: 'train',
        container: 'csv',
        format: 'prompt_completion',
        reason: 'because of columns question (as prompt), reply (as completion)',
        rows: 1,
        ignored: [],
      },
    ]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('gives a row the same id wherever and however it is written, and another to another row', async () => {
    write('a.jsonl', [{ text: 'x' }, { text: 'y' }]);
    write('b.csv', 'text,note\ny,1\nx,2\n');
    write('c.json', '[{"text": "x", "extra": true}]');
    const ids = async (train: string) => idsOf((await load({ train })).splits.train);
    const [x, y] = await ids('a.jsonl');
    expect(x).toMatch(/^[0-9a-f]{16}$/);
    expect(x).not.toBe(y);
    expect(await ids('b.csv')).toEqual([y, x]);
    expect(await ids('c.json')).toEqual([x]);
  });

  it('lists the bad rows of all files at once, in the user’s own column names', async () => {
    write('a.jsonl', '{"q": "x", "a": "y"}\n{"q": "x"}\nnot json\n{"q": 3, "a": ""}\n');
    write('b.jsonl', '{"q": "x", "a": "y"}\n{"q": "x", "a": null}\n');
    const error = await failure({ train: '*.jsonl', columns: { prompt: 'q', completion: 'a' } });
    expect(error.code).toBe('E_BAD_ROWS');
    expect(error.what).toBe('4 of 6 rows cannot be used');
    expect(error.problems.map(({ file, line, field }) => [file, line, field])).toEqual([
      ['a.jsonl', 2, 'a'],
      ['a.jsonl', 3, undefined],
      ['a.jsonl', 4, 'q'],
      ['a.jsonl', 4, 'a'],
      ['b.jsonl', 2, 'a'],
    ]);
  });

  it('counts all bad rows but lists a limited number', async () => {
    write('a.jsonl', '{"text": "good"}\n'.repeat(101) + '{"text": 1}\n'.repeat(5000));
    const error = await failure({ train: 'a.jsonl' });
    expect(error.what).toBe('5,000 of 5,101 rows cannot be used');
    expect(error.problemCount).toBe(5_000);
    expect(error.problems).toHaveLength(200);
  });

  it.each([
    ['an empty file', 'a.jsonl', ''],
    ['blank lines', 'a.jsonl', '\n\n'],
    ['an empty list', 'a.json', '[]'],
    ['a header alone', 'a.csv', 'text,label\n'],
  ])('refuses %s', async (_, name, content) => {
    write(name, content);
    expect((await failure({ train: name })).code).toBe('E_NO_ROWS');
    write('good.jsonl', texts(3));
    const error = await failure({ train: 'good.jsonl', validation: name });
    expect(error).toMatchObject({ code: 'E_NO_ROWS', what: 'No rows for validation' });
  });

  it('says what to do with a hub name, a missing path, an unknown kind of file and a column that is not there', async () => {
    write('notes.txt', 'hello');
    write('a.csv', 'text,lable\nx,y\n');
    expect(await failure({ train: 'stanford/imdb' })).toMatchObject({
      code: 'E_HUB_DATA',
      fix: 'attune data pull stanford/imdb',
    });
    expect((await failure({ train: 'a.csw' })).fix).toBe('did you mean "a.csv"?');
    expect((await failure({ train: 'notes.txt' })).code).toBe('E_UNKNOWN_CONTAINER');
    const error = await failure({ train: 'a.csv', columns: { text: 'text', label: 'label' } });
    expect(error).toMatchObject({
      code: 'E_BAD_COLUMNS',
      problems: [{ message: 'no column "label"', fix: 'did you mean "lable"?' }],
    });
  });

  it('reads columns that lie deeper', async () => {
    write('a.jsonl', [{ data: { q: 'x', a: 'y' } }]);
    const { splits } = await load({ train: 'a.jsonl', columns: { prompt: 'data.q', completion: 'data.a' } });
    expect(splits.train[0]).toMatchObject({ kind: 'completion', prompt: 'x', completion: 'y' });
  });

  it('looks at the first rows only when it inspects', async () => {
    write('a.jsonl', '{"text": "x"}\n'.repeat(150) + 'broken\n');
    expect(await inspectData('a.jsonl', { base: folder })).toMatchObject({
      format: 'text',
      reason: 'because of column text',
      columns: ['text'],
      files: 1,
      problems: [],
      examples: { length: 100 },
    });
  });
});

describe('folders with a file for each split', () => {
  it('take train, valid and test by name and leave other files out', async () => {
    write('set/train.jsonl', texts(5));
    write('set/valid.jsonl', texts(2, 10));
    write('set/test-00000-of-00001.jsonl', texts(1, 20));
    write('set/other.jsonl', texts(1, 30));
    const { report } = await load({ train: 'set', validation: 0.1, test: 0.1 });
    expect(report.rows).toEqual({ train: 5, validation: 2, test: 1 });
    expect(report.origins.validation).toBe('set/valid.jsonl');
  });

  it('are plain folders where no file is called train', async () => {
    write('set/test.jsonl', texts(2));
    write('set/more.jsonl', texts(2, 10));
    expect((await load({ train: 'set' })).report.rows.train).toBe(4);
  });
});

describe('splitting', () => {
  it('gives each share its rows, the same for the same seed, others for another', async () => {
    write('a.jsonl', texts(200));
    const first = await load({ train: 'a.jsonl', validation: 0.1, test: 0.2 });
    expect(first.report.rows).toEqual({ train: 140, validation: 20, test: 40 });
    expect(new Set(splitNames.flatMap((split) => idsOf(first.splits[split]))).size).toBe(200);
    const again = await load({ train: 'a.jsonl', validation: 0.1, test: 0.2 });
    expect(again.report.hashes).toEqual(first.report.hashes);
    const other = await load({ train: 'a.jsonl', validation: 0.1, test: 0.2, seed: 2 });
    expect(other.report.hashes.test).not.toBe(first.report.hashes.test);
  });

  it('does not depend on the order of the rows, and moves few of them when rows are added', async () => {
    const rows = texts(300);
    write('a.jsonl', rows);
    write('b.jsonl', rows.toReversed());
    write('c.jsonl', [...rows, ...texts(30, 1000)]);
    const testOf = async (train: string) => new Set(idsOf((await load({ train, test: 0.2 })).splits.test));
    const test = await testOf('a.jsonl');
    expect(await testOf('b.jsonl')).toEqual(test);
    expect((await testOf('c.jsonl')).intersection(test).size).toBeGreaterThan(0.8 * test.size);
  });

  it('never lets a copy, a near copy or the same question straddle', async () => {
    const rows: Row[] = [];
    for (let id = 0; id < 120; id++) {
      const [prompt, completion] = [prose(id, 8), prose(500 + id, 20)];
      rows.push({ prompt, completion });
      if (id % 3 === 0) rows.push({ prompt, completion });
      if (id % 4 === 0) rows.push({ prompt: prompt.toUpperCase(), completion: `${completion}!` });
      if (id % 5 === 0) rows.push({ prompt, completion: completion.replace(/\S+$/, 'changed') });
      if (id % 6 === 0) rows.push({ prompt, completion: prose(900 + id, 20) });
    }
    write('a.jsonl', rows);
    const { splits, report } = await load({ train: 'a.jsonl', validation: 0.15, test: 0.15 });
    expect(report.duplicates.exact).toBe(40);
    expect(report.duplicates.commonShare).toBe(1);
    expect(report.rows.test).toBeGreaterThan(20);
    const shingles = (row: Example) => shinglesOf(normalWords(textOf(row)));
    for (const [left, right] of [
      ['train', 'validation'],
      ['train', 'test'],
      ['validation', 'test'],
    ] as const) {
      for (const a of splits[left]) {
        for (const b of splits[right]) {
          expect(a.id).not.toBe(b.id);
          expect(jaccard(shingles(a), shingles(b))).toBeLessThan(0.8);
          expect((a as { prompt: string }).prompt).not.toBe((b as { prompt: string }).prompt);
        }
      }
    }
  });

  it('keeps groups together, by a dotted column, and needs it in each row', async () => {
    const rows = texts(200).map((row, id) => ({ ...row, meta: { customer: id % 40 } }));
    write('a.jsonl', rows);
    const { splits, report } = await load({ train: 'a.jsonl', test: 0.2, groupBy: 'meta.customer' });
    const groups = (split: Example[]) => new Set(split.map(({ group }) => group));
    expect(groups(splits.train).intersection(groups(splits.test)).size).toBe(0);
    expect(report.rows.test).toBe(40);
    expect(report.files[0].ignored).toEqual([]);
    write('b.jsonl', [...rows, { text: 'x' }]);
    const error = await failure({ train: 'b.jsonl', test: 0.2, groupBy: 'meta.customer' });
    expect(error).toMatchObject({ code: 'E_BAD_ROWS', problems: [{ line: 201, field: 'meta.customer' }] });
  });

  it('keeps what came with a mail beside it, by the provenance that preparation wrote', async () => {
    const origin = (mail: number) => ({ file: 'inbox.mbox', mail: `sha#${mail}` });
    const rows = texts(200).map((row, id) => ({ ...row, provenance: [origin(id % 40), origin((id % 40) + 100)] }));
    rows.push({ ...texts(201)[200], provenance: [origin(0), origin(101)] }); // so mails 0 and 1 are one
    write('a.jsonl', rows);
    const { splits } = await load({ train: 'a.jsonl', test: 0.2 });
    const mails = (split: Example[]) => new Set(split.flatMap(({ mails: of = [] }) => of));
    expect(mails(splits.test).size).toBeGreaterThan(8);
    expect(mails(splits.train).intersection(mails(splits.test)).size).toBe(0);
  });

  it('names the columns there are where no row has the one to group by', async () => {
    write(
      'c.jsonl',
      texts(20).map((row) => ({ ...row, customer: 1 })),
    );
    const error = await failure({ train: 'c.jsonl', test: 0.2, groupBy: 'costumer' });
    expect(error).toMatchObject({ code: 'E_BAD_COLUMNS', expected: expect.stringContaining('customer') });
    expect(error.problems).toMatchObject([{ field: 'group_by', fix: 'did you mean "customer"?' }]);
  });

  it('still splits a set whose rows all share a long template', async () => {
    const template = prose(1, 80);
    const rows = Array.from({ length: 60 }, (_, id) => ({
      prompt: `${template} ${prose(100 + id, 6)}`,
      completion: prose(300 + id, 2),
    }));
    // Near-copies among them must not be in another split either.
    for (let id = 0; id < 10; id++) rows.push({ ...rows[id], completion: `${rows[id].completion} indeed` });
    write('a.jsonl', rows);
    const { splits, report } = await load({ train: 'a.jsonl', test: 0.2 });
    expect(report.duplicates.commonShare).toBeLessThan(1);
    expect(report.rows.test).toBe(14);
    const prompts = (split: Example[]) => new Set(split.map((row) => (row as { prompt: string }).prompt));
    expect(prompts(splits.train).intersection(prompts(splits.test)).size).toBe(0);
  });

  it('says why one row, or one group, cannot be split', async () => {
    write('one.jsonl', texts(1));
    expect((await load({ train: 'one.jsonl' })).splits.train).toHaveLength(1);
    const error = await failure({ train: 'one.jsonl', validation: 0.1 });
    expect(error).toMatchObject({ code: 'E_SPLIT_IMPOSSIBLE', got: expect.stringMatching(/^1 row /) });
    write(
      'group.jsonl',
      texts(20).map((row) => ({ ...row, id: 'same' })),
    );
    const grouped = await failure({ train: 'group.jsonl', validation: 0.1, groupBy: 'id' });
    expect(grouped.got).toMatch(/^20 rows in 1 cluster/);
  });

  it.each([-0.1, 1, 100, Number.NaN])('refuses the share %d', async (validation) => {
    write('a.jsonl', texts(3));
    expect((await failure({ train: 'a.jsonl', validation })).code).toBe('E_BAD_SHARE');
  });
});

describe('files of their own for validation and test', () => {
  it('are refused where they repeat train rows, nearly or exactly, with every pair named', async () => {
    const rows = texts(30);
    write('train.jsonl', rows);
    write('test.jsonl', [...texts(10, 500), rows[3], { text: `${rows[7].text} more` }]);
    const error = await failure({ train: 'train.jsonl', test: 'test.jsonl' });
    expect(error.code).toBe('E_SPLIT_OVERLAP');
    expect(error.got).toBe('2 overlapping rows, 1 of them exact copies');
    expect(error.problems.map(({ line, message }) => [line, message])).toEqual([
      [11, 'test row is the same as train.jsonl:4 of train'],
      [12, 'test row is nearly the same (91 % of its word pairs) as train.jsonl:8 of train'],
    ]);
    const { report, splits } = await load({ train: 'train.jsonl', test: 'test.jsonl', allowOverlap: true });
    expect(report.overlap).toMatchObject({ rows: 2, exact: 1 });
    expect(splits.test).toHaveLength(12);
  });

  it('may stand beside a share, which then takes no row that overlaps', async () => {
    write('train.jsonl', texts(100));
    write('test.jsonl', texts(20, 500));
    const { report } = await load({ train: 'train.jsonl', validation: 0.1, test: 'test.jsonl' });
    expect(report.rows).toEqual({ train: 90, validation: 10, test: 20 });
    expect(report.overlap.rows).toBe(0);
  });

  it('are refused where they share a group with train', async () => {
    write(
      'train.jsonl',
      texts(10).map((row, id) => ({ ...row, patient: `p${id}` })),
    );
    write(
      'test.jsonl',
      texts(2, 50).map((row) => ({ ...row, patient: 'p4' })),
    );
    const error = await failure({ train: 'train.jsonl', test: 'test.jsonl', groupBy: 'patient' });
    expect(error.problems[0].message).toBe('test row is in the same group "p4" as train.jsonl:5 of train');
  });
});

describe('weights', () => {
  it('become rows per epoch: the largest share is seen once, the others up to their shares', async () => {
    write('own.jsonl', texts(90));
    write('replay.jsonl', texts(50, 200));
    const { mixture, splits } = await load({
      train: [
        { path: 'own.jsonl', weight: 9 },
        { path: 'replay.jsonl', weight: 1 },
      ],
      validation: 0.2,
    });
    expect(mixture).toHaveLength(2);
    const [own, replay] = mixture!;
    expect(own.rows + replay.rows).toBe(splits.train.length);
    expect(own).toMatchObject({ first: 0, share: 0.9, rowsPerEpoch: own.rows });
    expect(replay).toMatchObject({ first: own.rows, share: 0.1, rowsPerEpoch: Math.round(own.rows / 9) });
    expect(splits.train.slice(0, own.rows).every(({ source }) => source.file === 'own.jsonl')).toBe(true);
    expect(splits.train.slice(own.rows).every(({ source }) => source.file === 'replay.jsonl')).toBe(true);
  });

  it('are none where no set has one, and shares above 0 where one has', async () => {
    write('a.jsonl', texts(3));
    expect((await load({ train: ['a.jsonl', { path: 'a.jsonl', weight: null }] })).mixture).toBeUndefined();
    for (const weight of [0, -1, Number.NaN]) {
      expect((await failure({ train: [{ path: 'a.jsonl', weight }] })).code).toBe('E_BAD_WEIGHT');
    }
  });
});
