import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editsOf, readChanges, writeEdited } from '../../../../src/app/studio/edited-rows.ts';
import type { Counted } from '../../../../src/app/studio/row-labels.ts';
import { RowPages, type LabelCounts } from '../../../../src/app/studio/row-pages.ts';

let folder: string;
let file: string;
let pages: RowPages;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-rows-'));
  file = join(folder, 'rows.csv');
  const rows = Array.from({ length: 3000 }, (_, i) => `text ${i % 2990},${i % 3 === 0 ? 'yes' : 'no'}`);
  writeFileSync(file, ['text,label', ...rows].join('\n'));
  pages = new RowPages();
});
afterEach(() => {
  pages.close();
  rmSync(folder, { recursive: true, force: true });
});

async function counted(of: Counted): Promise<LabelCounts> {
  await pages.of(file).places({ label: { ...of, label: '' } });
  return pages.of(file).counts(of);
}

test('any page of rows is given by place, also of those that a filter leaves', async () => {
  const label = { of: 'values', column: 'label' } as const;
  await counted(label);
  const last = await pages.of(file).page({}, 2998, 60);
  expect(last).toEqual({
    rows: [
      [2998, { text: 'text 8', label: 'no' }],
      [2999, { text: 'text 9', label: 'no' }],
    ],
    total: 3000,
    isWhole: true,
  });
  const yes = await pages.of(file).page({ label: { ...label, label: 'yes' } }, 999, 5);
  expect([yes.total, yes.rows.map(([place]) => place)]).toEqual([1000, [2997]]);
  const found = await pages.of(file).page({ words: 'TEXT 2989' }, 0, 5);
  expect(found.rows).toEqual([[2989, { text: 'text 2989', label: 'no' }]]);
  const both = await pages.of(file).page({ words: 'text 298', label: { ...label, label: 'yes' } }, 0, 60);
  expect(both.rows.map(([place]) => place)).toEqual([2982, 2985, 2988, 298].filter((i) => i % 3 === 0).toSorted());
});

test('counts say how often a value occurs and how many rows repeat another; a changed file is read anew', async () => {
  expect(await counted({ of: 'values', column: 'label' })).toEqual({
    labels: [
      ['no', 2000],
      ['yes', 1000],
    ],
    distinct: 2,
    done: 3000,
    rows: 3000,
    isWhole: true,
  });
  const { labels } = await counted({ of: 'repeated' });
  const repeated = 10 - [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((i) => (i % 3 === 0) !== ((2990 + i) % 3 === 0)).length;
  expect(labels).toEqual([['repeated', repeated]]);
  writeFileSync(file, 'text,label\nalone,yes');
  expect((await pages.of(file).page({ words: 'alone' }, 0, 5)).total).toBe(1);
});

test('changes are written to a copy; the file itself stays', async () => {
  const before = readFileSync(file, 'utf8');
  const { changes } = readChanges({
    file,
    changes: [
      { rows: 0, values: { label: 'no' } },
      { rows: 0, values: { text: 'first' } },
      { rows: { words: 'text 2989' }, values: null },
      { rows: { label: { of: 'values', column: 'label', label: 'yes' } }, values: { label: 'perhaps' } },
    ],
  });
  const copy = await writeEdited(file, await editsOf(pages.of(file), changes));
  expect(copy).toBe(join(folder, 'rows-edited.jsonl'));
  const lines = readFileSync(copy, 'utf8').trim().split('\n');
  expect([lines.length, lines[0], lines[1]]).toEqual([
    2999,
    '{"text":"first","label":"perhaps"}',
    '{"text":"text 1","label":"no"}',
  ]);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(await writeEdited(copy, new Map())).toBe(join(folder, 'rows-edited-2.jsonl'));
  expect(() => readChanges({ file, changes: [{ rows: '0', values: {} }] })).toThrow('cannot be read');
  writeFileSync(file, 'text,label\n"open');
  await expect(writeEdited(file, new Map())).rejects.toMatchObject({ code: 'E_BAD_ROWS' });
  expect(existsSync(join(folder, 'rows-edited-3.jsonl'))).toBe(false);
});

test('personal data and people lead to their rows, as redaction would find them', async () => {
  const rows = [
    'He wrote to anna.berg@example.com',
    'The parcel is late',
    'Call 030 1234567, she said',
    'Mail bo@example.com',
  ];
  writeFileSync(file, ['text,label', ...rows.map((text) => `"${text}",x`)].join('\n'));
  const email = { of: 'personal', label: 'email' } as const;
  expect(await pages.of(file).places({ label: email })).toEqual([0, 3]);
  expect(await counted({ of: 'personal' })).toMatchObject({ distinct: 2, done: 4, isWhole: true });
  expect(await pages.of(file).places({ label: { of: 'people', label: 'gender: female' } })).toEqual([2]);
});
