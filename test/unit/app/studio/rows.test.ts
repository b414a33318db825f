import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEdits, writeEdited } from '../../../../src/app/studio/edited-rows.ts';
import { RowPages } from '../../../../src/app/studio/row-pages.ts';

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

test('any page of rows is given by place, also of those that a filter leaves', async () => {
  await pages.of(file).counts('label');
  const last = await pages.of(file).page({}, 2998, 60);
  expect(last).toEqual({
    rows: [
      [2998, { text: 'text 8', label: 'no' }],
      [2999, { text: 'text 9', label: 'no' }],
    ],
    total: 3000,
    isWhole: true,
  });
  const yes = await pages.of(file).page({ column: 'label', value: 'yes' }, 999, 5);
  expect([yes.total, yes.rows.map(([place]) => place)]).toEqual([1000, [2997]]);
  const found = await pages.of(file).page({ words: 'TEXT 2989' }, 0, 5);
  expect(found.rows).toEqual([[2989, { text: 'text 2989', label: 'no' }]]);
});

test('counts say how often a value occurs and how many rows repeat another; a changed file is read anew', async () => {
  expect(await pages.of(file).counts('label')).toEqual({
    values: [
      ['no', 2000],
      ['yes', 1000],
    ],
    distinct: 2,
    duplicates: 10 - [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((i) => (i % 3 === 0) !== ((2990 + i) % 3 === 0)).length,
  });
  writeFileSync(file, 'text,label\nalone,yes');
  expect((await pages.of(file).page({ words: 'alone' }, 0, 5)).total).toBe(1);
});

test('changes are written to a copy; the file itself stays', async () => {
  const before = readFileSync(file, 'utf8');
  const { edits } = readEdits({
    file,
    edits: [
      [0, { label: 'no' }],
      [1, null],
    ],
  });
  const copy = await writeEdited(file, edits);
  expect(copy).toBe(join(folder, 'rows-edited.jsonl'));
  const lines = readFileSync(copy, 'utf8').trim().split('\n');
  expect([lines.length, lines[0], lines[1]]).toEqual([
    2999,
    '{"text":"text 0","label":"no"}',
    '{"text":"text 2","label":"no"}',
  ]);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(await writeEdited(copy, new Map())).toBe(join(folder, 'rows-edited-2.jsonl'));
  expect(() => readEdits({ file, edits: [['0', {}]] })).toThrow('cannot be read');
  writeFileSync(file, 'text,label\n"open');
  await expect(writeEdited(file, new Map())).rejects.toMatchObject({ code: 'E_BAD_ROWS' });
  expect(existsSync(join(folder, 'rows-edited-3.jsonl'))).toBe(false);
});
