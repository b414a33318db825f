import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fitRows, loadData } from '../../../src/data/index.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';
import { spans } from '../../../src/data/formats/spans.ts';
import { tagged } from '../../../src/data/formats/tagged.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-tagged-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(format: typeof spans, row: Record<string, unknown>) {
  const reader = new RowReader(row, { file: 'x', line: 1 });
  return { body: format.read(reader), problems: reader.problems.map(({ field, message }) => `${field}: ${message}`) };
}

describe('a CoNLL file', () => {
  it('has a word and a tag a line, sentences apart', async () => {
    const path = join(folder, 'names.conll');
    writeFileSync(path, '-DOCSTART- -X- O O\n\nAnna NNP B-NP B-PER\nsleeps VB I-VP O\n\n\nRome NNP B-NP B-LOC\n');
    const { splits } = await loadData({ train: path, seed: 0 });
    expect(splits.train).toMatchObject([
      { kind: 'tagged', words: ['Anna', 'sleeps'], tags: ['B-PER', 'O'], source: { line: 3 } },
      { words: ['Rome'], tags: ['B-LOC'], source: { line: 7 } },
    ]);
  });

  it('with a line of one column is told by file and line', async () => {
    const path = join(folder, 'broken.conll');
    writeFileSync(path, 'Anna B-PER\nsleeps\n');
    await expect(loadData({ train: path, seed: 0 })).rejects.toMatchObject({ problems: [{ line: 2 }] });
  });
});

describe('spans of a text', () => {
  it('become tags of its words; a word is divided where a span ends in it, and characters are code points', () => {
    const text = '😀 Anna Smith’s dog, in New York';
    const row = {
      text,
      spans: [
        { start: 2, end: 12, label: 'PER' },
        { start: 23, end: 31, type: 'LOC' },
      ],
    };
    expect(read(spans, row).body).toEqual({
      kind: 'tagged',
      words: ['😀', 'Anna', 'Smith', '’', 's', 'dog', ',', 'in', 'New', 'York'],
      tags: ['O', 'B-PER', 'I-PER', 'O', 'O', 'O', 'O', 'O', 'B-LOC', 'I-LOC'],
    });
  });

  it('that overlap, leave the text or have no name are told', () => {
    const wrong = (value: unknown) => read(spans, { text: 'one two', spans: value }).problems[0];
    expect(wrong([{ start: 0, end: 9, label: 'A' }])).toContain('spans[0].end: 0 to 9 is out of range');
    expect(wrong([{ start: 0, end: 3 }])).toContain('spans[0].label');
    expect(
      wrong([
        { start: 0, end: 5, label: 'A' },
        { start: 4, end: 7, label: 'B' },
      ]),
    ).toContain('overlapping spans, at 4');
    expect(read(tagged, { tokens: ['a', 'b'], tags: ['O'] }).problems).toEqual(['tags: has 1 tags for 2 words']);
  });
});

it('a row of several texts is too long where one of them is, and each keeps its end', () => {
  const row = { ids: Int32Array.of(1, 5, 6, 7, 2, 1, 8, 2), trained: new Uint8Array(8), segments: [5, 3] };
  const example = { kind: 'pair', source: { file: 'x', line: 1 } } as const;
  const { rows } = fitRows([row], [example], { maxLength: 4, policy: 'truncate', ends: [2] });
  expect([...rows[0].ids]).toEqual([1, 5, 6, 2, 1, 8, 2]);
  expect(rows[0].segments).toEqual([4, 3]);
  expect(fitRows([row], [example], { maxLength: 5, policy: 'fail' }).cuts).toEqual([]);
});

it('of a text and its answer that are both cut, the text keeps its end and the answer, which does not end there, has none', () => {
  const ids = Int32Array.of(5, 6, 7, 8, 1, 9, 9, 9, 9, 1);
  const row = { ids, trained: Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1), segments: [5, 5] };
  const example = { kind: 'completion', source: { file: 'x', line: 1 } } as const;
  const { rows } = fitRows([row], [example], { maxLength: 3, policy: 'truncate', ends: [1] });
  expect([[...rows[0].ids], rows[0].segments]).toEqual([
    [5, 6, 1, 9, 9, 9],
    [3, 3],
  ]);
});
