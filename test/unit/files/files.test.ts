import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheKey, ContentCache, type CacheParts } from '../../../src/files/cache.ts';
import { displayPath, findFiles } from '../../../src/files/find-files.ts';
import { readBytes } from '../../../src/files/bytes.ts';
import { sha256, sha256File, sha256FileSync, sha256Folder } from '../../../src/files/hash.ts';
import { readJsonValues } from '../../../src/files/json-values.ts';
import { readLines } from '../../../src/files/lines.ts';
import { safeJoin } from '../../../src/files/safe-join.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-files-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function linesOf(path: string, maxBytes?: number) {
  return collect(readLines(path, { maxBytes }));
}

describe('readLines', () => {
  it('numbers lines, ends them at LF and CRLF, and leaves out a byte order mark', async () => {
    const path = write('mixed.txt', '\ufeffone\r\ntwo\n\nfour \u2028 still four');
    expect(await linesOf(path)).toEqual([
      { number: 1, text: 'one' },
      { number: 2, text: 'two' },
      { number: 3, text: '' },
      { number: 4, text: 'four \u2028 still four' },
    ]);
  });

  it('reads lines that are longer than a chunk and characters that lie across its border', async () => {
    const long = `${'x'.repeat(1024 * 1024 - 1)}é€😀`;
    const lines = await linesOf(write('border.txt', `${long}\n${long}`));
    expect(lines.map(({ text }) => text)).toEqual([long, long]);
  });

  it('names the line, the byte and its position where text is not UTF-8, and goes on', async () => {
    const bytes = Buffer.concat([Buffer.from('good\ncaf'), Buffer.from([0xe9]), Buffer.from(' au lait\nlast')]);
    const lines = await linesOf(write('latin.txt', bytes));
    expect(lines[1].defect?.reason).toBe('byte 0xe9 at position 4 is not valid UTF-8');
    expect(lines[1].defect?.fix).toContain('iconv');
    expect(lines[2]).toEqual({ number: 3, text: 'last' });
  });

  it('reports a 200 MB line instead of holding it, and reads the next one', async () => {
    const path = write('huge.jsonl', 'first\n');
    truncateSync(path, 200_000_000);
    writeFileSync(path, '\nlast\n', { flag: 'a' });
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const lines = [];
    for await (const line of readLines(path)) {
      lines.push(line);
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    rmSync(path);
    expect(lines.map(({ number, defect }) => [number, defect?.reason])).toEqual([
      [1, undefined],
      [2, 'the row is 200.0 MB long, more than the 67.1 MB allowed'],
      [3, undefined],
    ]);
    expect(lines[2].text).toBe('last');
    expect(peak).toBeLessThan(150e6);
  });

  it('refuses UTF-16 with the command that converts it', async () => {
    const path = write('utf16.txt', Buffer.from('\ufeffhello', 'utf16le'));
    await expect(linesOf(path)).rejects.toMatchObject({
      code: 'E_BAD_ENCODING',
      fix: expect.stringContaining('UTF-16'),
    });
  });

  it('unpacks .gz and reports one that is cut off', async () => {
    const packed = gzipSync('one\ntwo\n');
    expect((await linesOf(write('a.txt.gz', packed))).map(({ text }) => text)).toEqual(['one', 'two']);
    await expect(linesOf(write('b.txt.gz', packed.subarray(0, -9)))).rejects.toMatchObject({ code: 'E_BAD_FILE' });
  });

  it('says that a file is missing or is a folder', async () => {
    await expect(linesOf(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_FILE_MISSING' });
    await expect(linesOf(folder)).rejects.toMatchObject({ code: 'E_FILE_UNREADABLE' });
  });
});

describe('files of which there are thousands', () => {
  const many = () => Array.from({ length: 60 }, (_, i) => write(`small-${i}`, `${i}`));

  it('are read without memory for a chunk each', async () => {
    const paths = many();
    const before = process.memoryUsage().arrayBuffers;
    const texts: string[] = [];
    for (const path of paths) for await (const chunk of readBytes(path)) texts.push(String(chunk));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
    expect(texts).toEqual(paths.map((_, i) => `${i}`));
    for await (const chunk of readBytes(write('of-no-bytes', ''))) expect.unreachable(`${chunk.length} bytes of none`);
  });

  it('are hashed without it, too', () => {
    const paths = many();
    sha256FileSync(paths[0]);
    const before = process.memoryUsage().arrayBuffers;
    expect(paths.map((path) => sha256FileSync(path))).toEqual(paths.map((_, i) => sha256(`${i}`)));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
  });
});

describe('readJsonValues', () => {
  const valuesOf = async (text: string, maxBytes?: number) => {
    const values = await collect(readJsonValues(write('values.json', text), { maxBytes }));
    return values.map(({ line, text: value, defect }) => [line, defect?.reason ?? value]);
  };

  it('cuts a list into its elements with their lines, whatever their strings hold', async () => {
    const text = '[\n {"a": "]}\\"\\\\"},\n\n {"b": [1, {"c": 2}]}, 7,\n"x,y", null ]\n';
    expect(await valuesOf(text)).toEqual([
      [2, '{"a": "]}\\"\\\\"}'],
      [4, '{"b": [1, {"c": 2}]}'],
      [4, '7'],
      [5, '"x,y"'],
      [5, 'null'],
    ]);
  });

  it('reads values one after the other: JSON Lines or spread over lines', async () => {
    expect(await valuesOf('{"a": 1}\n{"a":\n 2}\n12')).toEqual([
      [1, '{"a": 1}'],
      [2, '{"a":\n 2}'],
      [4, '12'],
    ]);
  });

  it('says where a cut-off file breaks off', async () => {
    expect(await valuesOf('[{"a": 1},\n {"a": "b')).toEqual([
      [1, '{"a": 1}'],
      [2, 'the file ends in the middle of this value'],
    ]);
    expect(await valuesOf('[{"a": 1},\n')).toEqual([
      [1, '{"a": 1}'],
      [2, 'the list is never closed'],
    ]);
    expect(await valuesOf('[]')).toEqual([]);
    expect(await valuesOf(' \n')).toEqual([]);
  });

  it('passes over an element that is too long and reads the next', async () => {
    const values = await valuesOf(`[{"a": "${'x'.repeat(100)}"},\n{"a": 1}]`, 50);
    expect(values[0]).toEqual([1, 'the row is 109 bytes long, more than the 50 bytes allowed']);
    expect(values[1]).toEqual([2, '{"a": 1}']);
  });

  it('equals JSON.parse on elements that lie across chunks', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => ({
      index,
      text: `"é${'y'.repeat(index % 900)}"\\`,
      list: [index],
    }));
    const values = await collect(readJsonValues(write('big.json', JSON.stringify(rows))));
    expect(values.map(({ text }) => JSON.parse(text) as unknown)).toEqual(rows);
  });
});

describe('findFiles', () => {
  const extensions = ['.jsonl', '.csv'];
  const find = (pattern: string) =>
    findFiles(pattern, { base: folder, extensions }).map((path) => displayPath(path, folder));

  beforeAll(() => {
    for (const name of ['set/b.jsonl', 'set/a.csv', 'set/deep/c.jsonl', 'set/.hidden.jsonl', 'set/notes.txt'])
      write(name, '');
    symlinkSync(join(folder, 'set'), join(folder, 'set/deep/loop'));
    mkdirSync(join(folder, 'empty'));
  });

  it('takes a file, a folder with all below it, or a glob, in a fixed order', () => {
    expect(find('set/notes.txt')).toEqual(['set/notes.txt']);
    expect(find('set')).toEqual(['set/a.csv', 'set/b.jsonl', 'set/deep/c.jsonl']);
    expect(find('set/**/*.jsonl')).toEqual(['set/b.jsonl', 'set/deep/c.jsonl']);
    expect(find('set/{a,b}.*')).toEqual(['set/a.csv', 'set/b.jsonl']);
  });

  it('says what is missing and what may have been meant', () => {
    expect(() => find('set/bb.jsonl')).toThrow(/E_FILE_MISSING[\s\S]*did you mean "set\/b.jsonl"/);
    expect(() => find('empty')).toThrow(/E_NO_FILES[\s\S]*\.jsonl, \.csv/);
    expect(() => find('set/*.parquet')).toThrow(/E_NO_FILES/);
  });
});

describe('safeJoin', () => {
  it('keeps names inside the folder', () => {
    expect(safeJoin('/models/a', 'shards/one.safetensors')).toBe('/models/a/shards/one.safetensors');
    expect(safeJoin('/models/a', '..hidden')).toBe('/models/a/..hidden');
    for (const name of ['../b', '..', '/etc/passwd', 'x/../../b', 'C:\\x', '..\\x', 'a\0b']) {
      expect(() => safeJoin('/models/a', name), name).toThrow(/E_PATH_ESCAPE/);
    }
  });
});

describe('hashes', () => {
  it('equal the published SHA-256 of "abc", of text and of files', async () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256('abc')).toBe(expected);
    expect(await sha256File(write('abc', 'abc'))).toBe(expected);
    await expect(sha256File(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_FILE_MISSING' });
  });

  it('of a folder change with a name, a content or a new file, not with a time', () => {
    write('code/a.ts', '1');
    const first = sha256Folder(join(folder, 'code'));
    utimesSync(join(folder, 'code/a.ts'), 1, 1);
    expect(sha256Folder(join(folder, 'code'))).toBe(first);
    write('code/b.ts', '');
    const second = sha256Folder(join(folder, 'code'));
    write('code/a.ts', '2');
    expect(new Set([first, second, sha256Folder(join(folder, 'code'))]).size).toBe(3);
  });
});

describe('the cache', () => {
  const parts: CacheParts = {
    rows: sha256('rows'),
    tokenizer: sha256('tokenizer'),
    template: sha256('template'),
    code: sha256('code'),
    settings: { trainOn: 'answers' },
  };

  it('has another key when rows, tokenizer, template, code or settings differ, and takes hashes only', () => {
    const others = (['rows', 'tokenizer', 'template', 'code'] as const).map((part) => ({
      ...parts,
      [part]: sha256('other'),
    }));
    const keys = [parts, ...others, { ...parts, settings: { trainOn: 'all' } }].map(cacheKey);
    expect(new Set(keys).size).toBe(6);
    expect(cacheKey({ ...parts })).toBe(keys[0]);
    expect(() => cacheKey({ ...parts, tokenizer: 'models/my-tokenizer' })).toThrow(RangeError);
  });

  it('gives back what was stored, and nothing once a byte has changed', () => {
    const cache = new ContentCache(join(folder, 'cache'));
    const key = cacheKey(parts);
    expect(cache.read(key)).toBeUndefined();
    expect(cache.write(key, [Uint8Array.of(1, 2), Uint8Array.of(3)])).toBe(true);
    expect([...cache.read(key)!]).toEqual([1, 2, 3]);
    const path = join(folder, 'cache', `${key}.bin`);
    const damaged = readFileSync(path);
    damaged[1] ^= 1;
    writeFileSync(path, damaged);
    expect(cache.read(key)).toBeUndefined();
    writeFileSync(path, damaged.subarray(0, 5));
    expect(cache.read(key)).toBeUndefined();
  });

  it('deletes what was used longest ago when it grows too large', () => {
    const cache = new ContentCache(join(folder, 'small-cache'), 250);
    const keys = [1, 2, 3].map((settings) => cacheKey({ ...parts, settings }));
    for (const [index, key] of keys.slice(0, 2).entries()) {
      cache.write(key, [new Uint8Array(68)]);
      utimesSync(join(folder, 'small-cache', `${key}.bin`), 1000 + index, 1000 + index);
    }
    expect(cache.read(keys[0])).toBeDefined(); // used again, so that the second one is the oldest
    cache.write(keys[2], [new Uint8Array(68)]);
    expect(keys.map((key) => cache.read(key) !== undefined)).toEqual([true, false, true]);
    expect(statSync(join(folder, 'small-cache', `${keys[0]}.bin`)).size).toBe(100);
  });

  it('costs nothing but itself where it cannot be written', () => {
    const cache = new ContentCache(join(write('a-file', ''), 'below'));
    expect(cache.write(cacheKey(parts), [Uint8Array.of(1)])).toBe(false);
  });
});
