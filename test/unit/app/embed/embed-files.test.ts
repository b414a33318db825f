import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { embed } from '../../../../src/app/embed/embed.ts';
import { openRows, type RowSourceOptions } from '../../../../src/app/embed/row-source.ts';
import { VectorFile, vectorFormatOf } from '../../../../src/app/embed/vector-file.ts';
import { prefixOf } from '../../../../src/app/embed/vector-request.ts';
import { HitsFile } from '../../../../src/app/retrieve/hits-file.ts';
import { IndexedRows } from '../../../../src/app/retrieve/index-folder.ts';
import { csvLine } from '../../../../src/files/csv-line.ts';
import { parseHeader } from '../../../../src/engine/tensor/safetensors-header.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-embed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

const rows = [
  { id: 1, text: 'one' },
  { id: 2, text: 'two' },
];
const vectors = [Float32Array.of(0.1, -2), Float32Array.of(3, 0.25)];

function write(name: string): void {
  using file = new VectorFile(path(name), { count: 2, width: 2 });
  for (const [i, row] of rows.entries()) file.add(row, vectors[i]);
  file.commit();
}

describe('a file of vectors', () => {
  it('is one that NumPy reads, with the rows beside it', () => {
    write('v.npy');
    const bytes = readFileSync(path('v.npy'));
    const start = 10 + bytes.readUInt16LE(8);
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    expect(start % 64).toBe(0);
    expect(bytes.subarray(10, start).toString()).toMatch(
      /^{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 2\), } *\n$/,
    );
    expect([
      ...new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)),
    ]).toEqual(vectors.flatMap((vector) => [...vector]));
    expect(
      readFileSync(path('v.rows.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows);
  });

  it('holds the same numbers as JSON lines and as safetensors', () => {
    write('v.jsonl');
    const lines = readFileSync(path('v.jsonl'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('{"id":1,"text":"one","vector":[0.100000001,-2]}');
    expect(Math.fround((JSON.parse(lines[0]) as { vector: number[] }).vector[0])).toBe(vectors[0][0]);
    write('v.safetensors');
    const bytes = readFileSync(path('v.safetensors'));
    const length = Number(bytes.readBigUInt64LE(0));
    const { entries, dataStart } = parseHeader('v', bytes.subarray(8, 8 + length), bytes.length);
    expect(entries).toMatchObject([{ name: 'vectors', dtype: 'f32', shape: [2, 2] }]);
    expect(bytes.readFloatLE(dataStart + 8)).toBe(3);
  });

  it('is not there before it is whole, and has one of three endings', () => {
    const before = readdirSync(folder);
    {
      using file = new VectorFile(path('never.npy'), { count: 2, width: 2 });
      file.add(rows[0], vectors[0]);
    }
    expect(readdirSync(folder)).toEqual(before);
    expect(() => vectorFormatOf('v.txt')).toThrow('.npy, .jsonl, .safetensors');
  });
});

async function textsOf(options: Omit<RowSourceOptions, 'purpose'> & { purpose?: RowSourceOptions['purpose'] }) {
  const source = await openRows({ purpose: 'vectors', ...options });
  const texts: string[] = [];
  for await (const row of source.rows()) texts.push('text' in row ? row.text : `image ${row.image.media.path}`);
  return texts;
}

describe('rows that become vectors', () => {
  it('are texts, or rows whose columns are joined', async () => {
    expect(await textsOf({ rows: ['a', 'b'] })).toEqual(['a', 'b']);
    const own = [
      { title: 'Late', body: 'Where is it?', n: 1 },
      { title: null, body: 'Thanks', n: 2 },
    ];
    expect(await textsOf({ rows: own, text: ['title', 'body'] })).toEqual(['Late\nWhere is it?', 'Thanks']);
    expect(await textsOf({ rows: [{ id: 'x1', note: 'two words' }] })).toEqual(['two words']);
  });

  it('are read as the model was trained, questions apart from answers', async () => {
    const own = [{ question: 'where is it?', answer: 'on its way' }];
    await expect(textsOf({ rows: own })).rejects.toMatchObject({
      code: 'E_BAD_COLUMNS',
      fix: expect.stringContaining('--text-column') as string,
    });
    expect(await textsOf({ rows: own, purpose: 'document' })).toEqual(['on its way']);
    expect(await textsOf({ rows: own, purpose: 'query' })).toEqual(['where is it?']);
    expect(await textsOf({ rows: own, purpose: 'document', remembered: ['question'] })).toEqual(['where is it?']);
    const remembered = { template: 'Q: {question}\nA: {answer}' };
    expect(await textsOf({ rows: own, remembered })).toEqual(['Q: where is it?\nA: on its way']);
    const joined = { columns: ['question', 'meta.n'], separator: ' | ', names: true };
    expect(await textsOf({ rows: [{ ...own[0], meta: { n: 7 } }], remembered: joined })).toEqual([
      'question: where is it? | meta.n: 7',
    ]);
    expect(await textsOf({ rows: own, purpose: 'query', remembered: joined })).toEqual(['where is it?']);
    await expect(textsOf({ rows: own, text: ['anwser'] })).rejects.toMatchObject({
      problems: [{ fix: 'did you mean "answer"?' }],
    });
  });

  it('have the columns of all of them, and none is written over by their vectors', async () => {
    const many = Array.from({ length: 150 }, (_, i) => ({ text: 'a', ...(i === 140 && { vector: 'mine' }) }));
    expect((await openRows({ rows: many, purpose: 'vectors' })).names).toEqual(['text', 'vector']);
    mkdirSync(path('model'));
    writeFileSync(path('model/config.json'), '{}');
    await expect(embed(path('model'), { input: many, output: path('taken.jsonl') })).rejects.toMatchObject({
      code: 'E_BAD_COLUMNS',
      what: expect.stringContaining('"vector"') as string,
    });
  });

  it('are refused with all defects, each in its place', async () => {
    writeFileSync(path('bad.jsonl'), '{"text":"ok"}\n{"text":" "}\n{"text":["no"]}\n{"tex\n');
    await expect(textsOf({ input: path('bad.jsonl') })).rejects.toMatchObject({
      code: 'E_BAD_ROWS',
      problems: [{ line: 2, message: 'is empty' }, { line: 3, message: 'must be text, not a list of 1' }, { line: 4 }],
    });
    writeFileSync(path('none.csv'), 'text\n');
    await expect(textsOf({ input: path('none.csv') })).rejects.toMatchObject({ code: 'E_NO_ROWS' });
    await expect(textsOf({ rows: [{ image: 'gone.png' }] })).rejects.toMatchObject({ problems: [{ field: 'image' }] });
  });
});

it('a prompt of the model stands before texts by its name', () => {
  const model = { target: 'm', prompts: { query: 'query: ', passage: 'passage: ' }, defaultPrompt: 'query' };
  expect([prefixOf(model), prefixOf(model, 'passage'), prefixOf({ target: 'm', prompts: {} })]).toEqual([
    'query: ',
    'passage: ',
    undefined,
  ]);
  expect(() => prefixOf(model, 'doc')).toThrow('query, passage');
});

describe('hits', () => {
  it('are lines of a table in which no column hides another', () => {
    {
      using file = new HitsFile(path('hits.csv'));
      file.add({ query: { text: 'a, "b"' }, hits: [{ rank: 1, score: 0.5, row: { rank: 9, text: 'x\ny' } }] });
      file.commit();
    }
    expect(readFileSync(path('hits.csv'), 'utf8')).toBe(
      'query_text,rank,score,row_rank,text\n"a, ""b""",1,0.5,9,"x\ny"\n',
    );
    expect(csvLine([undefined, null, ['a'], ' b'])).toBe(',,"[""a""]"," b"\n');
  });

  it.each([
    ['a query', { query: { q: 'b', lang: 'en' }, row: { reply: 'y' }, place: 'Query 2', further: 'lang' }],
    ['a hit', { query: { q: 'b' }, row: { reply: 'y', by: 'me' }, place: 'A hit of query 2', further: 'by' }],
  ])('are refused in a table where %s brings another column later on', (_, { query, row, place, further }) => {
    const before = readdirSync(folder);
    const write = (name: string) => {
      using file = new HitsFile(path(name));
      file.add({ query: { q: 'a' }, hits: [{ rank: 1, score: 0.5, row: { reply: 'x' } }] });
      file.add({ query, hits: [{ rank: 1, score: 0.25, row }] });
    };
    expect(() => write('later.csv')).toThrow(
      expect.objectContaining({
        code: 'E_OUTPUT_COLUMNS',
        what: expect.stringContaining(place) as string,
        got: further,
      }) as Error,
    );
    expect(() => write('later.jsonl')).not.toThrow();
    expect(readdirSync(folder)).toEqual(before);
  });

  it('come from rows as many as there are vectors', () => {
    writeFileSync(path('rows.jsonl'), '{"a":1}\n{"a":"ä"}\n{"a":3}\n');
    using stored = new IndexedRows(folder, 3);
    expect([stored.row(1), stored.row(2), stored.row(0)]).toEqual([{ a: 'ä' }, { a: 3 }, { a: 1 }]);
    expect(() => new IndexedRows(folder, 4)).toThrow('3 rows for 4 vectors');
  });
});
