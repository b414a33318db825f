import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineRecipe, resolveRecipe } from '../../../src/app/recipe/index.ts';
import type { AttuneError } from '../../../src/base/errors.ts';
import { cellValue } from '../../../src/data/cells.ts';
import { type ColumnMapping, type ColumnSource, columnsOf, mapColumns } from '../../../src/data/columns.ts';
import { loadData } from '../../../src/data/index.ts';

const row = { subject: 'Late', body: 'Where is it?', amount: 12.5, empty: null, blank: ' ' };
const textOf = (source: ColumnSource): unknown => mapColumns(row, { text: source }).text;

describe('a field made of several columns', () => {
  it.each<[string, ColumnSource, string | undefined]>([
    ['a list, joined by line breaks', ['subject', 'body'], 'Late\nWhere is it?'],
    ['a list without what is missing', ['empty', 'subject', 'blank', 'absent'], 'Late'],
    ['a list of which all is missing', ['empty', 'absent'], undefined],
    ['another separator', { columns: ['subject', 'body'], separator: ' – ' }, 'Late – Where is it?'],
    [
      'names before the values',
      { columns: ['subject', 'amount', 'empty'], names: true },
      'subject: Late\namount: 12.5',
    ],
    ['a template', { template: '{subject}: {body}' }, 'Late: Where is it?'],
    ['a template without lines of which all is missing', { template: 'A: {empty}\nB: {subject}\nend' }, 'B: Late\nend'],
    ['a template with braces', { template: '{{{subject}}}' }, '{Late}'],
    ['a template of which all is missing', { template: 'Subject: {empty}' }, undefined],
  ])('reads %s', (_, source, text) => {
    expect(textOf(source)).toBe(text);
  });

  it('takes the columns out of the row', () => {
    const mapped = mapColumns(
      { subject: 'a', body: 'b', queue: 'c', id: 1 },
      { text: ['subject', 'body'], label: 'queue' },
    );
    expect(mapped).toEqual({ text: 'a\nb', label: 'c', id: 1 });
  });

  it('names the columns of each form', () => {
    const forms: ColumnSource[] = ['a', ['a', 'b'], { columns: ['a', 'b'] }, { template: '{a} {b} {a} {{c}}' }];
    expect(forms.map(columnsOf)).toEqual([['a'], ['a', 'b'], ['a', 'b'], ['a', 'b']]);
  });

  it('keeps codes of digits as text', () => {
    expect(['12.5', ' 7 ', '-1e3', '01067', '12345678901234567', 'x', '', true, null].map(cellValue)).toEqual([
      12.5,
      7,
      -1000,
      '01067',
      '12345678901234567',
      'x',
      null,
      true,
      null,
    ]);
  });
});

describe('rows of a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-columns-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const load = (text: string, columns: ColumnMapping) => {
    writeFileSync(join(folder, 'a.csv'), text);
    return loadData({ train: 'a.csv', base: folder, seed: 1, columns });
  };

  it('keep the values that their text was made of', async () => {
    const text = 'subject,amount,zip,queue\nLate,12.50,01067,billing\nBroken,,10115,returns\n';
    const { splits, report } = await load(text, { text: ['subject', 'amount', 'zip'], label: 'queue' });
    expect(splits.train).toMatchObject([
      { text: 'Late\n12.50\n01067', label: 'billing', fields: { subject: 'Late', amount: 12.5, zip: '01067' } },
      { text: 'Broken\n10115', label: 'returns', fields: { subject: 'Broken', amount: null, zip: 10115 } },
    ]);
    expect(report.files[0].reason).toBe('because of columns subject + amount + zip (as text), queue (as label)');
    const { splits: single } = await load(text, { text: 'subject', label: 'queue' });
    expect(single.train[0]).not.toHaveProperty('fields');
  });

  it('are the same rows as ones whose text was joined before', async () => {
    const joined = await load('subject,body,label\na,b,c\n', { text: ['subject', 'body'] });
    const before = await load('text,label\n"a\nb",c\n', { text: 'text' });
    expect(joined.splits.train[0].id).toBe(before.splits.train[0].id);
  });

  it('may take labels from several columns', async () => {
    const { splits } = await load('text,tag1,tag2\na,x,y\nb,y,\n', { text: 'text', labels: ['tag1', 'tag2'] });
    expect(splits.train).toMatchObject([{ labels: ['x', 'y'] }, { labels: ['y'] }]);
  });

  it('are refused where all columns are missing, with the line', async () => {
    const error = await load('subject,body,label\na,b,c\n,,d\n', { text: ['subject', 'body'] }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'E_BAD_ROWS',
      problems: [{ file: 'a.csv', line: 3, field: 'subject + body', message: 'is missing' }],
    });
  });

  it('have each named column checked, with the nearest', async () => {
    const error = (await load('subject,body,label\na,b,c\n', { text: ['subjct', 'bodi'] }).catch(
      (e: unknown) => e,
    )) as AttuneError;
    expect(error.code).toBe('E_BAD_COLUMNS');
    expect(error.problems).toMatchObject([
      { field: 'columns.text', message: 'no column "subjct"', fix: 'did you mean "subject"?' },
      { field: 'columns.text', message: 'no column "bodi"', fix: 'did you mean "body"?' },
    ]);
  });
});

describe('a recipe', () => {
  const resolve = (columns: unknown) => resolveRecipe({ model: 'm', data: { train: 'a.csv', columns } }, {});

  it('takes each form, from a flag too', async () => {
    const columns = { text: ['a', 'b'], label: { template: '{c}' }, text_pair: { columns: ['d'], separator: ' ' } };
    expect((await resolve(columns)).data.columns).toEqual(columns);
    const flags = { columns: '{text: [subject, body], label: queue}' };
    const recipe = await resolveRecipe({ model: 'm', data: { train: 'a.csv' } }, { flags });
    expect(recipe.data.columns).toEqual({ text: ['subject', 'body'], label: 'queue' });
    defineRecipe({ model: 'm', data: { train: 'a.csv', columns: { text: ['a', 'b'], label: 'c' } } });
  });

  it.each<[unknown, RegExp]>([
    [3, /must be a column, a list of columns, \{columns/],
    [[], /must not be empty/],
    [{ colums: ['a'] }, /columns is missing|did you mean columns/],
    [{ template: 'no column' }, /must name a column, such as \{subject\}/],
  ])('refuses %j', async (source, message) => {
    const error = (await resolve({ text: source }).catch((e: unknown) => e)) as AttuneError;
    expect(error.code).toBe('E_RECIPE');
    expect(JSON.stringify(error.problems)).toMatch(message);
    expect(error.problems![0].field).toMatch(/^data\.columns\.text/);
  });
});
