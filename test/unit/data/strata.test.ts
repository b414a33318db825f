// Splits and folds keep the share of every class, label and range of numbers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassificationExample, Example } from '../../../src/data/example.ts';
import { foldsOf, loadData, normalWords, splitNames, textOf, type DataOptions } from '../../../src/data/index.ts';

type Row = Record<string, unknown>;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-strata-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, rows: readonly Row[]): void {
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

const load = (options: Omit<DataOptions, 'seed'> & { seed?: number }) =>
  loadData({ seed: 1, base: folder, ...options });

/** Texts without common words. */
const texts = (count: number, first = 0): Row[] =>
  Array.from({ length: count }, (_, i) => ({ text: `w${first + i}a w${first + i}b w${first + i}c w${first + i}d` }));

describe('a split', () => {
  it('gives each split its share of every class, the same rows for the same seed, and no copy straddles', async () => {
    const rows = texts(400).map((row, id) => ({ ...row, label: `class ${id % 4}` }));
    const rare: Row[] = texts(40, 1000).map((row) => ({ ...row, label: 'rare' }));
    write('a.jsonl', [...rows, ...rare, ...rare.slice(0, 20).map((row) => ({ ...row, text: `${String(row.text)}!` }))]);
    const options = { train: 'a.jsonl', validation: 0.1, test: 0.1 };
    const { splits, report } = await load(options);
    const counts = (split: Example[]) => {
      const labels = split.map((row) => (row as { label: string }).label);
      return ['class 0', 'class 1', 'class 2', 'class 3', 'rare'].map(
        (label) => labels.filter((one) => one === label).length,
      );
    };
    expect(counts(splits.test)).toEqual([10, 10, 10, 10, 6]);
    expect(counts(splits.validation)).toEqual([10, 10, 10, 10, 6]);
    const words = (split: Example[]) => new Set(split.map((row) => normalWords(textOf(row)).join(' ')));
    expect(words(splits.train).intersection(words(splits.test)).size).toBe(0);
    expect((await load(options)).report.hashes).toEqual(report.hashes);
  });

  it('keeps a row of a class that has but a few for each split', async () => {
    const rows = texts(200).map((row, id) => ({ ...row, label: id < 4 ? 'rare' : 'usual' }));
    write('a.jsonl', rows);
    for (const seed of [1, 2, 3, 4, 5]) {
      const { splits } = await load({ train: 'a.jsonl', validation: 0.1, test: 0.1, seed });
      for (const split of splitNames)
        expect(splits[split].some((row) => (row as { label: string }).label === 'rare')).toBe(true);
      expect([splits.validation.length, splits.test.length]).toEqual([20, 20]);
    }
  });

  it('gives each split its share of small and large numbers, and of the rarest labels', async () => {
    write(
      'numbers.jsonl',
      texts(100).map((row, id) => ({ ...row, label: (id < 90 ? id : 1000 + id) + 0.5 })),
    );
    const numbers = await load({ train: 'numbers.jsonl', test: 0.1 });
    expect(numbers.splits.test.filter((row) => (row as { value: number }).value >= 1000)).toHaveLength(1);
    write(
      'labels.jsonl',
      texts(200).map((row, id) => ({ ...row, labels: id % 10 === 0 ? ['often', 'seldom'] : ['often'] })),
    );
    const { splits } = await load({ train: 'labels.jsonl', test: 0.1 });
    expect(splits.test.filter((row) => row.kind === 'multilabel' && row.labels.includes('seldom'))).toHaveLength(2);
  });
});

describe('folds', () => {
  it('share out every class, and keep related rows in one', () => {
    const rows = Array.from({ length: 100 }, (_, i): ClassificationExample => {
      const source = { file: 'f', line: i };
      return { kind: 'classification', id: `${i}`, source, text: '', label: i < 10 ? 'rare' : 'usual' };
    });
    const setOf = rows.map((_, i) => Math.floor(i / 2));
    const folds = foldsOf(rows, 5, { setOf, seed: 1 });
    const counts = (label: string) =>
      [0, 1, 2, 3, 4].map((fold) => rows.filter((row, i) => folds[i] === fold && row.label === label).length);
    expect(counts('rare')).toEqual([2, 2, 2, 2, 2]);
    expect(counts('usual')).toEqual([18, 18, 18, 18, 18]);
    for (let i = 0; i < 100; i += 2) expect(folds[i]).toBe(folds[i + 1]);
    expect(foldsOf(rows, 5, { setOf, seed: 1 })).toEqual(folds);
  });
});
