import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../src/data/formats/detect.ts';
import type { ExampleBody } from '../../../src/data/formats/format.ts';
import { formats, type FormatName } from '../../../src/data/formats/index.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';
import { SAMPLES } from './format-samples.ts';

type Row = Record<string, unknown>;

async function read(name: FormatName, row: Row): Promise<ExampleBody> {
  const reader = new RowReader(row, { file: 'rows.jsonl', line: 7 });
  const body = (await formats.load(name)).read(reader);
  expect(reader.problems).toEqual([]);
  return body!;
}

describe('every row format', () => {
  const cases = formats.names.flatMap((name) => SAMPLES[name].map((sample) => ({ name, ...sample })));

  it.each(cases)('$name is recognised by $reason and reads its row', async ({ name, row, reason, kind }) => {
    const detection = await detectFormat([row, row], { file: 'x' });
    expect(detection.name).toBe(name);
    expect(detection.reason).toBe(`because of ${reason.includes(',') ? 'columns' : 'column'} ${reason}`);
    expect((await read(name, row)).kind).toBe(kind);
  });

  it.each(cases)('$name reports rows of other types of value instead of failing', async ({ name, row }) => {
    for (const wrong of [null, 7, true, '', [], {}, [[]], [null], { a: 1 }, '\ud800']) {
      for (const column of Object.keys(row)) {
        const reader = new RowReader({ ...row, [column]: wrong }, { file: 'x', line: 1 });
        const body = (await formats.load(name)).read(reader);
        expect(body !== undefined || reader.problems.length > 0, `${column}: ${JSON.stringify(wrong)}`).toBe(true);
      }
    }
    const reader = new RowReader({}, { file: 'x', line: 1 });
    expect((await formats.load(name)).read(reader)).toBeUndefined();
    expect(reader.problems.length).toBeGreaterThan(0);
  });

  it.each(cases)('$name names only columns that it declares', async ({ name, row }) => {
    const format = await formats.load(name);
    const reader = new RowReader(row, { file: 'x', line: 1 });
    format.read(reader);
    const declared = name === 'prompt_only' ? [...format.fields, 'answer'] : format.fields;
    expect([...reader.used].filter((column) => !declared.includes(column))).toEqual([]);
  });
});

describe('detection', () => {
  it('shows the user’s names where columns are mapped', async () => {
    const columns = { prompt: 'question' };
    const { reason } = await detectFormat([{ prompt: 'p', completion: 'c' }], { file: 'x', columns });
    expect(reason).toBe('because of columns question (as prompt), completion');
  });

  it('goes by the columns that most rows have', async () => {
    const rows = [
      { text: 'a', label: null },
      { text: 'b', label: null },
      { text: 'c', label: 'x' },
    ];
    expect((await detectFormat(rows, { file: 'x' })).name).toBe('text');
  });

  it('says how to map columns that it does not know', async () => {
    const error = await detectFormat([{ Question: 'q', reply: 'a' }], { file: 'qa.csv' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'E_UNKNOWN_FORMAT', got: 'columns Question, reply' });
    expect((error as { fix: string }).fix).toBe(
      'map the columns: --columns "{prompt: Question, completion: reply}", or data.columns: ' +
        '{prompt: Question, completion: reply} in a recipe (attune init FILE writes it)',
    );
  });

  it('does not take prompts for questions without answers where an answer is there under another name', async () => {
    for (const other of ['response', 'output', 'completions']) {
      await expect(detectFormat([{ prompt: 'p', [other]: 'r' }], { file: 'x' })).rejects.toMatchObject({
        code: 'E_UNKNOWN_FORMAT',
      });
    }
  });

  it('refuses a mapping of a column that the format does not read', async () => {
    const options = { file: 'x', format: 'alpaca', columns: { instructon: 'a' } };
    const error = await detectFormat([{}], options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'E_BAD_COLUMNS',
      problems: [{ field: 'columns.instructon', message: 'did you mean "instruction"?' }],
    });
  });

  it('lists the known formats where the named one is unknown', async () => {
    const error = detectFormat([{}], { file: 'x', format: 'alpacca' });
    await expect(error).rejects.toMatchObject({ code: 'E_UNKNOWN_FORMAT', fix: 'did you mean "alpaca"?' });
  });
});
