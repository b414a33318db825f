import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import type { RunEvent } from '../../../src/base/events.ts';
import { inspectData, loadData, type RowFormatter } from '../../../src/data/index.ts';
import { loadRunData } from '../../../src/jobs/rows/load-run-data.ts';
import { loadFormatters } from '../../../src/jobs/rows/row-formatters.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-formatter-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: unknown[] | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : content.map((row) => JSON.stringify(row)).join('\n'));
  return path;
}

const tickets = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: i % 3,
    frage: `Frage ${i}?`,
    antwort: i === 2 ? '' : `Antwort ${i}`,
  }));
const toRow: RowFormatter = (row) =>
  row.antwort === '' ? 'no answer yet' : { prompt: String(row.frage), completion: String(row.antwort) };
const NAME = './format.ts#toRow';

const load = (file: string, formatter: RowFormatter, more = {}) =>
  loadData({ train: file, format: NAME, formatters: new Map([[NAME, formatter]]), base: folder, seed: 1, ...more });

describe("a row format of the user's own", () => {
  it('gives rows of a known shape, and leaves out the others with its reason', async () => {
    const { splits, report } = await load(write('tickets.jsonl', tickets(5)), toRow, { groupBy: 'id' });
    expect(splits.train.map((row) => row.source.line)).toEqual([1, 2, 4, 5]);
    expect(splits.train[0]).toMatchObject({
      kind: 'completion',
      prompt: 'Frage 0?',
      completion: 'Antwort 0',
      group: '0',
    });
    expect(report.files[0]).toMatchObject({ format: 'prompt_completion', rows: 4 });
    expect(report.files[0].reason).toMatch(
      /^as \.\/format\.ts#toRow returns it, because of columns prompt, completion/,
    );
    expect(report.files[0].leftOut).toEqual({
      rows: 1,
      first: [{ file: 'tickets.jsonl', line: 3, reason: 'no answer yet' }],
    });
  });

  it('may leave out more rows than a format is judged by', async () => {
    const file = write(
      'late.jsonl',
      Array.from({ length: 400 }, (_, i) => ({ i })),
    );
    const { splits, report } = await load(file, ({ i }) => (Number(i) < 300 ? null : { text: `text ${String(i)}` }));
    expect(splits.train).toHaveLength(100);
    expect(report.files[0].leftOut).toMatchObject({ rows: 300 });
    expect(report.files[0].leftOut?.first[0].reason).toBe('the formatter returned null');
  });

  it('that fails or gives no row is a defect of that row, all at once', async () => {
    const file = write('odd.jsonl', tickets(5));
    const odd = ((row, { line }) => {
      if (line === 1) throw new Error('no such customer');
      return line === 2
        ? [1]
        : line === 3
          ? Promise.resolve({})
          : line === 4
            ? { prompt: 'x' }
            : toRow(row, { file, line });
    }) as RowFormatter;
    await expect(load(file, odd)).rejects.toMatchObject({
      code: 'E_BAD_ROWS',
      problems: [
        { line: 1, message: 'the formatter failed: no such customer' },
        { line: 2, message: 'the formatter returned a list of 1, not a row' },
        { line: 3, message: 'the formatter returned a promise, not a row' },
        { line: 4, field: 'completion' },
      ],
    });
  });

  it('that leaves out every row, or maps columns besides, is refused', async () => {
    const file = write('all.jsonl', tickets(3));
    await expect(load(file, () => 'not wanted')).rejects.toMatchObject({
      code: 'E_NO_ROWS',
      problems: [expect.objectContaining({ message: 'not wanted' }), expect.anything(), expect.anything()],
    });
    await expect(load(file, toRow, { columns: { prompt: 'frage' } })).rejects.toMatchObject({ code: 'E_BAD_COLUMNS' });
  });

  it('cannot change the rows that groups are read from', async () => {
    const file = write('changed.jsonl', tickets(4));
    const changing: RowFormatter = (row, place) => {
      (row as Record<string, unknown>).id = 'changed';
      return toRow(row, place);
    };
    const { splits } = await load(file, changing, { groupBy: 'id' });
    expect(splits.train.map(({ group }) => group)).toEqual(['0', '1', '0']);
  });

  it('is seen when data are only looked at', async () => {
    const formatters = new Map([[NAME, toRow]]);
    const seen = await inspectData(write('seen.jsonl', tickets(3)), { format: NAME, formatters, base: folder });
    expect(seen).toMatchObject({ format: 'prompt_completion', columns: ['id', 'frage', 'antwort'] });
    expect(seen.examples).toHaveLength(2);
  });
});

describe('a recipe whose format is a function', () => {
  it('loads it from the code it was resolved with, and tells what was left out', async () => {
    const code = write(
      'format.ts',
      "export const toRow = ({ t }: { t: string }) => (t === 'b' ? 'too short' : { text: t });",
    );
    const train = write('texts.jsonl', [{ t: 'a first text' }, { t: 'b' }]);
    const format = `${code}#toRow`;
    const data = { train, format, validation: 0, test: 0 };
    const recipe = await resolveRecipe({ model: 'm', data, objective: 'pretrain' });
    const events: RunEvent[] = [];
    const context = { emit: (event: RunEvent) => void events.push(event), signal: new AbortController().signal };
    const { splits } = await loadRunData(recipe, context);
    expect(splits.train).toMatchObject([{ kind: 'text', text: 'a first text' }]);
    expect(events.filter(({ type }) => type === 'warning-raised')).toMatchObject([
      { code: 'W_ROWS_LEFT_OUT', problems: [{ line: 2, message: 'too short' }] },
    ]);
    write('format.ts', 'export const toRow = 5;');
    await expect(loadRunData(recipe, context)).rejects.toMatchObject({ code: 'E_REFERENCE_CHANGED' });
    await expect(loadFormatters([format, 'messages', null])).rejects.toMatchObject({ code: 'E_REFERENCE_TYPE' });
  });
});
