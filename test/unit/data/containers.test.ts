import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { mediaFiles } from '../../../src/data/containers/media-files.ts';
import { classFolders, holdsClasses } from '../../../src/data/containers/class-folders.ts';
import type { RawRow, RowReading } from '@attune/tables';
import { containerName, containers } from '../../../src/data/containers/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-containers-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function place(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
}

async function rowsOf(name: string, content: string | Uint8Array, reading?: RowReading): Promise<RawRow[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const container = await containers.load(containerName(path));
  const rows: RawRow[] = [];
  for await (const row of container.read(path, name, reading)) rows.push(row);
  return rows;
}

const values = (rows: RawRow[]) => rows.map(({ line, value, defect }) => [line, value ?? defect?.reason]);

describe('every container', () => {
  it.each(containers.names.filter((name) => name !== 'class folders' && name !== 'media files'))(
    '%s gives no rows for an empty table and reads one row',
    async (name) => {
      const write: Record<string, (rows: { text: string }[]) => string | ArrayBuffer> = {
        json: (rows) => JSON.stringify(rows),
        jsonl: (rows) => rows.map((row) => JSON.stringify(row)).join('\n'),
        ndjson: (rows) => rows.map((row) => JSON.stringify(row)).join('\n'),
        csv: (rows) => ['text', ...rows.map(({ text }) => text)].join('\n'),
        tsv: (rows) => ['text', ...rows.map(({ text }) => text)].join('\n'),
        conll: (rows) => rows.map(({ text }) => `${text} O\n\n`).join(''),
        bio: (rows) => rows.map(({ text }) => `${text}\tO\n`).join(''),
        parquet: (rows) =>
          parquetWriteBuffer({ columnData: [{ name: 'text', data: rows.map(({ text }) => text), type: 'STRING' }] }),
      };
      const content = (rows: { text: string }[]) => {
        const written = write[name](rows);
        return typeof written === 'string' ? written : new Uint8Array(written);
      };
      expect(await rowsOf(`empty.${name}`, content([]))).toEqual([]);
      const rows = await rowsOf(`one.${name}`, content([{ text: 'héllo' }]));
      const isTagged = name === 'conll' || name === 'bio';
      const expected = isTagged ? { tokens: ['héllo'], tags: ['O'] } : { text: 'héllo' };
      expect(rows.map(({ value }) => value)).toEqual([expected]);
    },
  );
});

describe('media files', () => {
  it('give a row for each image or recording of a folder and all below it, or for one file alone', async () => {
    const root = join(folder, 'photos');
    for (const parts of [['b.jpg'], ['2024', 'a.wav'], ['.trash', 'c.png'], ['notes.txt']]) place(join(root, ...parts));
    const read = async (path: string) => {
      const rows: unknown[] = [];
      for await (const { line, value } of mediaFiles.read(path, path)) rows.push([line, value]);
      return rows;
    };
    expect(await read(root)).toEqual([
      [1, { audio: join('2024', 'a.wav') }],
      [2, { image: 'b.jpg' }],
    ]);
    expect(await read(join(root, 'b.jpg'))).toEqual([[1, { image: 'b.jpg' }]]);
  });
});

describe('class folders', () => {
  it('give a row for each image or recording, in the order of their names, and pass over what is neither', async () => {
    const root = join(folder, 'classes');
    for (const [label, name] of [
      ['dog', 'b.jpg'],
      ['cat', 'z.PNG'],
      ['cat', 'a.wav'],
      ['cat', '.hidden.png'],
      ['cat', 'x.txt'],
    ])
      place(join(root, label, name));
    const rows: unknown[] = [];
    for await (const { line, value } of classFolders.read(root, 'classes')) rows.push([line, value]);
    expect(rows).toEqual([
      [1, { audio: join('cat', 'a.wav'), label: 'cat' }],
      [2, { image: join('cat', 'z.PNG'), label: 'cat' }],
      [3, { image: join('dog', 'b.jpg'), label: 'dog' }],
    ]);
    expect([holdsClasses(root), holdsClasses(join(root, 'cat'))]).toEqual([true, false]);
  });
});

describe('damaged files', () => {
  const table = Array.from({ length: 20 }, (_, id) => ({ prompt: `q${id} "x", y`, completion: `a\n${id}` }));
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const column = (name: 'prompt' | 'completion') => ({ name, data: table.map((row) => row[name]) });
  const whole: Record<string, () => Buffer> = {
    jsonl: () => Buffer.from(table.map((row) => JSON.stringify(row)).join('\n')),
    json: () => Buffer.from(JSON.stringify(table, null, 1)),
    csv: () =>
      Buffer.from(
        ['a,b', ...table.map(({ prompt, completion }) => `${quote(prompt)},${quote(completion)}`)].join('\n'),
      ),
    parquet: () => Buffer.from(parquetWriteBuffer({ columnData: [column('prompt'), column('completion')] })),
  };

  it.each(Object.keys(whole))(
    'of kind %s give rows, defects or an error that names the file, never a crash',
    async (name) => {
      const outcomes = new Set<string>();
      const confined: [string, string][] = [];
      for (let trial = 0; trial < 60; trial++) {
        const draw = (bound: number, index: number) => randomUint32([5, 'damage', trial], index) % bound;
        const bytes = whole[name]();
        for (let change = 0; change <= trial % 4; change++)
          bytes[draw(bytes.length, 2 * change)] = draw(256, 2 * change + 1);
        const damaged = trial % 3 === 0 ? bytes.subarray(0, draw(bytes.length, 20)) : bytes;
        const outcome = async (isConfined: boolean) => {
          const rows = rowsOf(`damaged.${name}`, damaged, { isConfined });
          return rows.then(() => 'rows').catch((error: unknown) => (error as Error).name);
        };
        outcomes.add(await outcome(true));
        // Every tenth trial also goes through the process that reads Parquet, which must pass on the reader's errors.
        if (trial % 10 === 0) confined.push([await outcome(false), await outcome(true)]);
      }
      for (const [alone, inProcess] of confined) expect(alone).toBe(inProcess);
      expect([...outcomes].filter((outcome) => outcome !== 'AttuneError')).toEqual(['rows']);
    },
  );
});

describe('JSON Lines', () => {
  it('gives each defect its line and a fix, and reads the other rows', async () => {
    const text = `{"a": 1}\n\n{"a": 2,}\n[1]\n{'a': 3}\n{"a": NaN}\n{"a": 4}\r\n"x"\n`;
    const rows = await rowsOf('bad.jsonl', text);
    expect(rows.map(({ line }) => line)).toEqual([1, 3, 4, 5, 6, 7, 8]);
    expect(rows[5].value).toEqual({ a: 4 });
    expect(rows[1].defect?.reason).toMatch(/^not valid JSON: .* at column 9$/);
    expect(rows[2].defect?.reason).toBe('the row is a list, not an object');
    expect(rows[3].defect?.fix).toContain('json.dumps');
    expect(rows[4].defect?.fix).toContain('NaN');
    expect(rows[6].defect?.reason).toBe('the row is a string, not an object');
  });

  it('says that a JSON list has the wrong name', async () => {
    const rows = await rowsOf('list.jsonl', '[\n{"a": 1},\n{"a": 2}\n]\n');
    expect(rows[0].defect?.fix).toBe('this looks like a JSON list: name the file .json');
  });

  it('leaves a key called __proto__ a plain column', async () => {
    const [row] = await rowsOf('proto.jsonl', '{"__proto__": {"polluted": true}, "text": "x"}');
    expect(Object.keys(row.value!)).toEqual(['__proto__', 'text']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('CSV', () => {
  it('keeps line breaks, separators and doubled quotes inside quotes, and counts lines, not rows', async () => {
    const text = '\ufefftext,label\r\n"two\r\nlines, ""quoted""",a\r\n\r\nplain,b\r\n';
    expect(values(await rowsOf('a.csv', text))).toEqual([
      [2, { text: 'two\nlines, "quoted"', label: 'a' }],
      [5, { text: 'plain', label: 'b' }],
    ]);
  });

  it.each([';', '\t', '|', ','])(
    'finds the separator %j from the header, whatever the cells hold',
    async (separator) => {
      const text = `"a,b"${separator}label\n"x,;|\ty"${separator}1,5\n`.replace(
        '1,5',
        separator === ',' ? '"1,5"' : '1,5',
      );
      expect(values(await rowsOf('b.csv', text))).toEqual([[2, { 'a,b': 'x,;|\ty', label: '1,5' }]]);
    },
  );

  it('names the line of a row that has too many cells, a stray quote or broken UTF-8, and reads the others', async () => {
    const bytes = Buffer.concat([
      Buffer.from('text,label\ngood,a\nto, much,b\n"x"y,c\ncaf'),
      Buffer.from([0xe9]),
      Buffer.from(',d\n"over\ntwo",e\n5" pipe,f'),
    ]);
    const rows = await rowsOf('c.csv', bytes);
    expect(values(rows)).toEqual([
      [2, { text: 'good', label: 'a' }],
      [3, 'the row has 3 cells, the header 2'],
      [4, 'text follows the closing quote of a cell'],
      [5, 'byte 0xe9 at position 4 is not valid UTF-8'],
      [6, { text: 'over\ntwo', label: 'e' }],
      [8, { text: '5" pipe', label: 'f' }],
    ]);
  });

  it('names columns of no name and of the same in no time, however many', async () => {
    const path = join(folder, 'wide.csv');
    const { csv } = await import('@attune/tables');
    const columnsOf = async (header: string): Promise<string[]> => {
      writeFileSync(path, `${header}\n${header}\n`);
      const { value: row } = await csv.read(path, 'wide.csv', { namesColumns: true }).next();
      return Object.keys(row!.value!);
    };
    expect(await columnsOf('a,a 2,,a,a')).toEqual(['a', 'a 2', 'column 3', 'a 3', 'a 4']);
    expect((await columnsOf(','.repeat(60_000))).at(-1)).toBe('column 60001');
    expect((await columnsOf('a,'.repeat(20_000))).at(-2)).toBe('a 20000');
  }, 5000);

  it('names the row whose quote is never closed or closes elsewhere, and how many lines went with it', async () => {
    const rows = await rowsOf('d.csv', 'text,label\ngood,a\n"open,b\nnext,c\n');
    expect(values(rows)).toEqual([
      [2, { text: 'good', label: 'a' }],
      [3, 'a quoted cell that begins in this row is never closed, so the next line became part of it'],
    ]);
    expect(values(await rowsOf('f.csv', 'text,label\n"open,a\nnext,b\n"two" more,c\nlast,d\n'))).toEqual([
      [2, 'text follows the closing quote of a cell, so 2 more lines became part of it'],
      [5, { text: 'last', label: 'd' }],
    ]);
  });

  const problemsIn = async (text: string) =>
    (await rowsOf('e.csv', text)).flatMap(({ line, defect }) => (defect === undefined ? [] : [[line, defect.reason]]));

  const tickets = (...broken: string[]) =>
    [
      'id,text,label',
      ...Array.from({ length: 30 }, (_, i) => `T-${i},this is letter ${i},${i % 2 === 0 ? 'billing' : 'shipping'}`),
      ...broken,
      'T-98,the last one,billing',
    ].join('\n');

  it.each([
    ['text', ['T-40,"I was charged,billing', 'T-41,twice he said",shipping']],
    [
      'text, over three rows',
      ['T-40,"I was charged,billing', 'T-41,in between,shipping', 'T-42,twice he said",shipping'],
    ],
    ['label', ['T-40,I was charged,"billing', 'T-41,twice he said,shipping"']],
    ['id', ['"T-40,I was charged,billing', 'T-41",twice he said,shipping']],
  ])('names rows that an unclosed quote has joined, in the %s', async (_, broken) => {
    expect(await problemsIn(tickets(...broken))).toEqual([
      [
        32,
        `a quoted cell that begins in this row extends to line ${31 + broken.length}, over what look like whole rows`,
      ],
    ]);
  });

  it('knows them at the top of a file', async () => {
    const lines = tickets().split('\n');
    lines.splice(1, 0, 'T-40,"I was charged,billing', 'T-41,twice he said",shipping');
    expect((await problemsIn(lines.join('\n'))).map(([line]) => line)).toEqual([2]);
  });

  it.each([
    ['a greeting', ['T-40,"Hello,', 'I was charged twice, please help",billing']],
    ['prose with one separator a line', ['T-40,"Hello, Anna', 'it is late, sorry",billing']],
    ['as many separators as columns', ['T-40,"Hello, dear, team', 'it is late, so late, sorry",billing']],
    ['a class as a word', ['T-40,"About billing, and', 'T-17, billing again, please",billing']],
    ['an address', ['T-40,"Anna Smith,12 High Street,', 'London,E1 6AN,UK",billing']],
    ['numbers', ['T-40,"We paid 1,000', 'for 2,000 pieces",billing']],
    ['a table of its own', ['T-40,"item,price,count', 'lamp,30,2', 'desk,90,1",billing']],
    ['empty lines', ['T-40,"one', '', 'two",billing']],
    ['doubled quotes', ['T-40,"say ""hello"",', 'and ""bye"", twice",billing']],
  ])('reads a legal cell of several lines: %s', async (_, legal) => {
    expect(await problemsIn(tickets(...legal))).toEqual([]);
  });

  it('does not take a file into memory for a quote that is never closed', async () => {
    const path = join(folder, 'endless.csv');
    writeFileSync(path, 'text,label\na,b\n"');
    const filler = 'x'.repeat(999_999);
    for (let part = 0; part < 70; part++) writeFileSync(path, `${filler}\n`, { flag: 'a' });
    const { csv } = await import('@attune/tables');
    const rows = [];
    for await (const row of csv.read(path, 'endless.csv')) rows.push(row);
    expect(rows[0].value).toEqual({ text: 'a', label: 'b' });
    expect(values(rows.slice(1))).toEqual([[3, expect.stringContaining('more than the 67.1 MB allowed')]]);
    rmSync(path);
  });

  it.each([
    ['a column named twice', 'a,b,a\n1,2,3\n'],
    ['a column without a name', 'a,,c\n1,2,3\n'],
  ])('refuses %s', async (_, text) => {
    await expect(rowsOf('header.csv', text)).rejects.toMatchObject({ code: 'E_BAD_FILE' });
  });

  it('reads the same rows as were written, however the chunks fall', async () => {
    const written = Array.from({ length: 4000 }, (_, index) => ({
      text: `é "${'x'.repeat(index % 60)}"\n,${index}`,
      label: `${index}`,
    }));
    const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    const text = ['text,label', ...written.map(({ text: cell, label }) => `${quote(cell)},${label}`)].join('\n');
    const rows = await rowsOf('many.csv', text);
    expect(rows.map(({ value }) => value)).toEqual(written);
    expect(rows.map(({ line }) => line)).toEqual(written.map((_, index) => 2 + 2 * index));
  });
});

describe('Parquet', () => {
  it('gives nested values, large integers, dates and bytes as JSON', async () => {
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'count', data: [5n, 2n ** 60n], type: 'INT64' },
        { name: 'at', data: [new Date(0), new Date(1000)], type: 'TIMESTAMP' },
        { name: 'bytes', data: [Uint8Array.of(0x68, 0x69), Uint8Array.of(0xff)], type: 'BYTE_ARRAY' },
        { name: 'messages', data: [[{ role: 'user', content: 'hi' }], []], type: 'JSON' },
      ],
      rowGroupSize: 1,
    });
    const rows = await rowsOf('a.parquet', new Uint8Array(buffer));
    expect(rows[0]).toMatchObject({
      line: 1,
      value: { count: 5, at: '1970-01-01T00:00:00.000Z', messages: [{ role: 'user', content: 'hi' }] },
    });
    expect(rows.map(({ value }) => value?.bytes)).toEqual(['hi', '/w==']);
    expect(rows[1].line).toBe(2);
    expect(rows[1].value?.count).toBe('1152921504606846976');
    expect(() => JSON.stringify(rows)).not.toThrow();
  });

  it('leaves out keys that a row does not have, which the table holds as null', async () => {
    const tools = [
      { city: 'Rome', sum: null },
      { city: null, sum: 3 },
    ];
    const buffer = parquetWriteBuffer({ columnData: [{ name: 'arguments', data: tools, type: 'JSON' }] });
    const rows = await rowsOf('tools.parquet', new Uint8Array(buffer));
    expect(rows.map(({ value }) => value)).toEqual([{ arguments: { city: 'Rome' } }, { arguments: { sum: 3 } }]);
  });

  it('names the row whose text is not UTF-8', async () => {
    const buffer = parquetWriteBuffer({
      columnData: [{ name: 'text', data: ['good', 'cafX', 'last'], type: 'STRING' }],
      codec: 'UNCOMPRESSED',
    });
    const bytes = new Uint8Array(buffer);
    bytes[Buffer.from(bytes).indexOf('cafX') + 3] = 0xe9;
    const rows = await rowsOf('latin.parquet', bytes);
    expect(values(rows)).toEqual([
      [1, { text: 'good' }],
      [2, 'byte 0xe9 at position 4 is not valid UTF-8'],
      [3, { text: 'last' }],
    ]);
  });

  it('refuses a file that is cut off or is no Parquet', async () => {
    await rowsOf('whole.parquet', new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'text', data: ['a'] }] })));
    const whole = readFileSync(join(folder, 'whole.parquet'));
    for (const bytes of [whole.subarray(0, -20), Buffer.from('not parquet at all'), Buffer.alloc(0)]) {
      await expect(rowsOf('cut.parquet', bytes)).rejects.toMatchObject({ code: 'E_BAD_FILE' });
    }
  });
});
