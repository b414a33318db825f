import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countPieces, cutFile, joinOutcomes, readDocuments, ReaderPool } from '../src/index.ts';
import type { Document, FileOutcome, FoundFile } from '../src/index.ts';
import { sha256 } from '@attune/files/hash';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attune-pieces-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Lines of various lengths, some of them defective. */
function linesOf(count: number): string[] {
  return Array.from({ length: count }, (_, id) => {
    if (id % 97 === 5) return '{"id": broken';
    if (id % 89 === 7) return '';
    return JSON.stringify({ id, text: 'Straße – '.repeat((id * 7919) % 40) });
  });
}

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(files: readonly FoundFile[], readers?: ReaderPool) {
  const documents: Document[] = [];
  const outcomes: FileOutcome[] = [];
  const stream = async function* stream(): AsyncGenerator<FoundFile> {
    yield* files;
  };
  const options = { processes: 2, onOutcome: (outcome: FileOutcome) => void outcomes.push(outcome) };
  for await (const document of readDocuments(stream(), options, readers)) documents.push(document);
  return { documents, outcomes };
}

describe('a large file of lines', () => {
  it('is cut at line ends into pieces of one size, which say at what line they begin', async () => {
    for (const end of ['', '\n', '\r\n']) {
      const content = Buffer.from(`\ufeff${linesOf(1500).join('\n')}${end}`);
      const path = write('rows.jsonl', content);
      const count = await countPieces(path, 'rows.jsonl', 50_000);
      const { sha256: hash, pieces = [] } = await cutFile(path, count);
      expect(hash).toBe(sha256(content));
      expect([count, pieces.length]).toEqual(Array(2).fill(Math.ceil(content.length / 50_000)));
      expect(Buffer.concat(pieces.map((one) => content.subarray(one.start, one.end)))).toEqual(content);
      for (const { start, end: to, line } of pieces) {
        expect(line).toBe(content.subarray(0, start).toString().split('\n').length);
        expect(to === content.length || content[to - 1] === 0x0a).toBe(true);
        expect(to - start).toBeLessThan(51_000);
      }
    }
  });

  it('is cut behind lines that are longer than a piece, however they lie in what is read at once', async () => {
    const lines = ['{"a": 1}', `{"a": "${'x'.repeat(2_500_000)}"}`, '{"a": 2}', '{"a": 3}'];
    const content = lines.map((line) => `${line}\n`).join('');
    const { pieces = [] } = await cutFile(write('rows.jsonl', content), 3);
    const texts = pieces.map(({ start, end }) => content.slice(start, end));
    expect(texts).toEqual([`${lines[0]}\n${lines[1]}\n`, `${lines[2]}\n${lines[3]}\n`]);
    expect(pieces.map(({ line }) => line)).toEqual([1, 3]);
  });

  it('is read in one where its format or its encoding does not let it be cut', async () => {
    const rows = linesOf(500).join('\n');
    const files: Record<string, string | Buffer> = {
      'rows.csv': `id,text\n1,"a\nb"\n${'2,c\n'.repeat(5000)}`,
      'rows.json': `[${'{"a": 1},\n'.repeat(5000)}{}]`,
      'wide.jsonl': Buffer.from(`\ufeff${rows}`, 'utf16le'),
      'western.jsonl': Buffer.from(`{"a": "Stra\u00dfe, M\u00fcnchen"}\n`.repeat(2000), 'latin1'),
      'one.jsonl': `{"a": "${'x'.repeat(20_000)}"}`,
      'mail.jsonl': `From: a@b.example\nTo: c@d.example\nSubject: x\nDate: Fri, 1 Mar 2024 10:00:00 +0000\n\n${rows}`,
    };
    for (const [name, content] of Object.entries(files)) {
      const path = write(name, content);
      const { sha256: hash, pieces } = await cutFile(path, await countPieces(path, name, 5000));
      expect(pieces, name).toBeUndefined();
      expect(hash).toBe(sha256(readFileSync(join(folder, name))));
    }
  });

  it('gives in pieces the documents, places and notes that it gives in one', async () => {
    const path = write('rows.jsonl', `\ufeff${linesOf(4000).join('\n')}`);
    const file = { path, name: 'rows.jsonl', root: folder };
    const whole = await read([file]);
    const { pieces = [] } = await cutFile(path, await countPieces(path, file.name, 40_000));
    const cut = await read(pieces.map((piece) => ({ ...file, piece })));
    expect(cut.documents).toEqual(whole.documents);
    expect(cut.documents.at(-1)!.origins[0]).toMatchObject({ row: 4000, sha256: whole.outcomes[0].sha256 });
    expect(cut.outcomes).toHaveLength(pieces.length);
    expect(joinOutcomes(cut.outcomes)).toEqual(whole.outcomes[0]);
    expect(whole.outcomes[0].notes[0].first[0]).toMatch(/^line 6: /);
  });

  it('that grew after it was cut is not read as if it were the same', async () => {
    const path = write('rows.jsonl', linesOf(400).join('\n'));
    const { pieces = [] } = await cutFile(path, 10);
    write('rows.jsonl', `${linesOf(401).join('\n')}\n`);
    const { documents, outcomes } = await read([{ path, name: 'rows.jsonl', root: folder, piece: pieces[1] }]);
    expect(documents).toEqual([]);
    expect(outcomes[0]).toMatchObject({
      status: 'skipped',
      reason: 'broken',
      message: 'was changed while it was read',
    });
  });
});

describe('what became of pieces', () => {
  const outcome = (parts: Partial<FileOutcome>): FileOutcome => {
    return { file: 'a', status: 'read', bytes: 10, documents: 3, format: 'jsonl', sha256: 'h', notes: [], ...parts };
  };
  const empty = outcome({ status: 'skipped', documents: 0, reason: 'no-text', message: 'holds no text' });
  const slow = outcome({ status: 'partly', documents: 1, reason: 'too-slow', message: 'nothing came of it' });

  it('is that the file was read where some hold nothing', () => {
    expect(joinOutcomes([empty, outcome({})])).toEqual(outcome({ bytes: 20 }));
    expect(joinOutcomes([empty, empty])).toEqual({ ...empty, bytes: 20 });
  });

  it('is that it was read in part where one was', () => {
    const died = outcome({
      status: 'skipped',
      bytes: 0,
      documents: 0,
      reason: 'crashed',
      message: 'ended',
      sha256: undefined,
    });
    expect(joinOutcomes([outcome({}), slow])).toEqual({ ...slow, bytes: 20, documents: 4 });
    expect(joinOutcomes([{ ...died, format: undefined }, outcome({})])).toMatchObject({
      status: 'partly',
      reason: 'crashed',
      documents: 3,
      format: 'jsonl',
      sha256: 'h',
    });
  });

  it('adds up what was left out, and names the first places of all', () => {
    const note = (reason: string, count: number, first: string[]) => ({ reason, count, first });
    const notes = [[note('a', 7, ['1', '2', '3', '4', '5'])], [note('b', 1, []), note('a', 2, ['9', '10'])]];
    const joined = joinOutcomes(notes.map((some) => outcome({ notes: some })));
    expect(joined.notes).toEqual([note('a', 9, ['1', '2', '3', '4', '5']), note('b', 1, [])]);
  });
});

describe('readers that several streams share', () => {
  it('give each the documents of its files, in their order', async () => {
    const files = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => {
      const lines = Array.from({ length: 3000 }, (_, id) => JSON.stringify({ name, id }));
      return { path: write(`${name}.jsonl`, lines.join('\n')), name: `${name}.jsonl`, root: folder };
    });
    await using readers = new ReaderPool({ processes: 2 });
    const streams = await Promise.all([files.slice(0, 3), files.slice(3), files].map((some) => read(some, readers)));
    const idsOf = (some: readonly Document[]) =>
      some.map((document) => (document.kind === 'record' ? document.values : {}));
    const expected = (names: string) =>
      [...names].flatMap((name) => Array.from({ length: 3000 }, (_, id) => ({ name, id })));
    expect(streams.map(({ documents }) => idsOf(documents))).toEqual(['abc', 'def', 'abcdef'].map(expected));
  });

  it('are free for the others where one stream ends early', { timeout: 30_000 }, async () => {
    const long = write('long.jsonl', `${JSON.stringify({ text: 'x'.repeat(1000) })}\n`.repeat(20_000));
    const file = { path: long, name: 'long.jsonl', root: folder };
    const short = { path: write('short.jsonl', '{"a": 1}\n'), name: 'short.jsonl', root: folder };
    await using readers = new ReaderPool({ processes: 1 });
    const stream = async function* stream(): AsyncGenerator<FoundFile> {
      yield* [file, file, file];
    };
    for await (const _ of readDocuments(stream(), {}, readers)) break;
    expect((await read([short], readers)).documents).toHaveLength(1);
  });
});
