import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomUint32 } from '@attune/base/random';
import type { TextDocument } from '../src/index.ts';
import { linesAt, makePdf } from './pdf-writer.ts';
import { readFiles, readFolder } from './reading.ts';
import * as samples from './samples.ts';
import { makeTar, makeZip } from './zip-writer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-hostile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function allSamples(): Promise<Record<string, Buffer>> {
  return {
    'a.pdf': makePdf([{ texts: linesAt(60, 100, ['One line of text.', 'And another one.']) }]),
    'b.docx': samples.docx(),
    'c.pptx': samples.pptx(),
    'd.xlsx': await samples.xlsx(),
    'e.epub': samples.epub(),
    'f.mbox': samples.mbox(),
    'g.parquet': samples.parquet(),
    'h.db': samples.sqlite(),
    'i.zip': makeZip([
      { name: 'x.txt', data: 'text '.repeat(200) },
      { name: 'y.html', data: samples.html() },
    ]),
    'j.tar': makeTar([{ name: 'x.txt', data: 'text' }]),
    'k.json': samples.discord(),
    'l.html': samples.html(),
    'm.tar.gz': gzipSync(makeTar([{ name: 'x.md', data: samples.markdown() }])),
  };
}

/** A copy in which bytes are replaced at positions derived from the name. */
function damaged(data: Buffer, name: string, places: number): Buffer {
  const copy = Buffer.from(data);
  for (let index = 0; index < places; index++) {
    const at = randomUint32([7, `place ${name}`], index) % copy.length;
    copy[at] = randomUint32([7, `byte ${name}`], index) & 255;
  }
  return copy;
}

describe('files that are broken', () => {
  it('are each listed, whatever was done to them, and never stop the others', { timeout: 60_000 }, async () => {
    const files: Record<string, Buffer | string> = { 'zz-good.txt': 'This one is whole.' };
    for (const [name, data] of Object.entries(await allSamples())) {
      files[`cut25-${name}`] = data.subarray(0, data.length / 4);
      files[`cut90-${name}`] = data.subarray(0, data.length * 0.9);
      files[`few-${name}`] = damaged(data, `few ${name}`, 5);
      files[`many-${name}`] = damaged(data, `many ${name}`, Math.ceil(data.length / 20));
      files[`tail-${name}`] = Buffer.concat([data, Buffer.from(data.subarray(0, 50)).fill(0)]);
    }
    const { documents, outcomes } = await readFiles(folder, files, { limits: { seconds: 10 }, processes: 2 });
    for (const name of Object.keys(files)) {
      const outcome = outcomes.get(name);
      expect(outcome, name).toBeDefined();
      expect(outcome!.status === 'read' || (outcome!.message ?? '') !== '', name).toBe(true);
      expect(['crashed', 'too-slow', 'out-of-memory'], `${name}: ${outcome!.message}`).not.toContain(outcome!.reason);
    }
    expect(Object.keys(files).length).toBeGreaterThan(60);
    const last = documents.at(-1) as TextDocument;
    expect(last.sections[0].text).toBe('This one is whole.');
  });

  it('of another kind than their name says are read as what they are, or listed', async () => {
    const { outcomes } = await readFiles(folder, {
      'page.pdf': samples.html(),
      'really-docx.txt': samples.docx(),
      'text.docx': 'only text',
      'noise.bin': Buffer.from(Array.from({ length: 4000 }, (_, index) => randomUint32([1, 'noise'], index) & 255)),
      'empty.pdf': '',
      'old.doc': Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
      'locked.docx': Buffer.concat([
        Buffer.from('d0cf11e0a1b11ae1', 'hex'),
        Buffer.alloc(600),
        Buffer.from('EncryptedPackage', 'utf16le'),
      ]),
    });
    const found = Object.fromEntries(
      [...outcomes].map(([file, { status, format, reason }]) => [file, reason ?? `${status} as ${format}`]),
    );
    expect(found).toEqual({
      'page.pdf': 'read as html',
      'really-docx.txt': 'read as docx',
      'text.docx': 'broken',
      'noise.bin': 'binary',
      'empty.pdf': 'empty',
      'old.doc': 'unknown-format',
      'locked.docx': 'encrypted',
    });
    expect(outcomes.get('page.pdf')!.notes[0].reason).toContain('named as pdf');
    expect(outcomes.get('really-docx.txt')!.notes[0].reason).toContain('named as plain-text');
  });
});

describe('lines and rows without end', () => {
  it('are left out with their length, the limit and what raises it; what stands around them is read', async () => {
    const long = 'word '.repeat(30_000);
    const files = {
      'a.txt': `First line.\r\n${long}\r\nLast line.`,
      'b.jsonl': `{"text":"first"}\n{"text":"${long}"}\n{"text":"last"}\n`,
      'c.csv': `id,text\n1,first\n2,${long}\n3,last\n`,
      'd.md': `# Title\n\n${long}`,
    };
    const limits = { lineBytes: 100_000, wholeTextBytes: 100_000 };
    const { documents, outcomes } = await readFiles(folder, files, { limits });
    const textOf = (file: string) => documents.filter(({ origins }) => origins[0].file === file);
    expect(textOf('a.txt')).toMatchObject([{ sections: [{ text: 'First line.\nLast line.' }] }]);
    expect(outcomes.get('a.txt')!.notes).toEqual([
      {
        reason: 'lines left out: longer than 97.7 KiB; --line MIB allows longer ones',
        count: 1,
        first: ['line 2 has 150,000 characters'],
      },
    ]);
    for (const file of ['b.jsonl', 'c.csv']) {
      expect(textOf(file)).toMatchObject([{ values: { text: 'first' } }, { values: { text: 'last' } }]);
      const [{ reason, count, first }] = outcomes.get(file)!.notes;
      expect([reason, count]).toEqual(['rows left out: longer than 97.7 KiB; --line MIB allows longer ones', 1]);
      expect(first[0]).toMatch(/^line [23]: the row is 150\d{3} bytes long, more than the 100000 bytes allowed$/);
    }
    expect(outcomes.get('d.md')).toMatchObject({ status: 'skipped', reason: 'too-large' });
    const alone = await readFiles(folder, { 'e.jsonl': `{"text":"${long}"}\n` }, { limits });
    expect(alone.outcomes.get('e.jsonl')!.message).toMatch(/^1 rows left out: longer than .* allowed\)$/);
    const whole = await readFiles(folder, files, { limits: { lineBytes: 200_000 } });
    expect(whole.outcomes.values().every(({ notes }) => notes.length === 0)).toBe(true);
  });
});

describe('archives made to do harm', () => {
  it('are left where they grow past all bounds, in size, in number and in depth', async () => {
    const bomb = makeZip([{ name: 'zeros.txt', data: Buffer.alloc(40 * 2 ** 20, 'a') }]);
    let nested = makeZip([{ name: 'deep.txt', data: 'deep' }]);
    for (let level = 0; level < 5; level++) nested = makeZip([{ name: `level${level}.zip`, data: nested }]);
    const many = makeZip(Array.from({ length: 300 }, (_, index) => ({ name: `f${index}.txt`, data: `file ${index}` })));
    const { outcomes } = await readFiles(
      folder,
      {
        'bomb.zip': bomb,
        'bomb.gz': gzipSync(Buffer.alloc(40 * 2 ** 20, 'a')),
        'nested.zip': nested,
        'many.zip': many,
      },
      { limits: { entries: 200 } },
    );
    expect(outcomes.get('bomb.zip')).toMatchObject({ status: 'skipped', reason: 'bomb' });
    expect(outcomes.get('bomb.gz')).toMatchObject({ status: 'skipped', reason: 'bomb' });
    expect(outcomes.get('many.zip')).toMatchObject({ reason: 'bomb', message: 'has more than 200 entries' });
    expect([...outcomes.values()].filter(({ reason }) => reason === 'too-deep')).toHaveLength(1);
    expect([...outcomes.keys()].some((file) => file.endsWith('deep.txt'))).toBe(false);
  });

  it('cannot lie about sizes, lead out of their folder, or link anywhere', async () => {
    const { outcomes, documents } = await readFiles(folder, {
      'a.zip': makeZip([
        { name: '../outside.txt', data: 'x' },
        { name: '/etc/outside.txt', data: 'x' },
        { name: 'C:\\outside.txt', data: 'x' },
        { name: 'link', data: '/etc/passwd', mode: 0o120777 },
        { name: 'secret.txt', data: 'x', isEncrypted: true },
        { name: 'lie.txt', data: 'more than one byte', claimedSize: 1 },
        { name: 'good.txt', data: 'good' },
      ]),
      'b.tar': makeTar([
        { name: '../../up.txt', data: 'x' },
        { name: 'link', type: '2', linkName: '/etc/passwd' },
        { name: 'good.txt', data: 'good' },
      ]),
    });
    expect(documents.map(({ origins }) => origins[0].file)).toEqual(['a.zip/good.txt', 'b.tar/good.txt']);
    const notes = (file: string) =>
      Object.fromEntries(outcomes.get(file)!.notes.map(({ reason, count }) => [reason, count]));
    expect(notes('a.zip')).toEqual({
      'entries with paths outside the archive': 3,
      'links, not followed': 1,
      'entries that need a password': 1,
      'damaged entries': 1,
    });
    expect(notes('b.tar')).toEqual({ 'entries with paths outside the archive': 1, 'links, not followed': 1 });
  });
});

describe('a folder', () => {
  it('is left by no link, and pipes and hidden names are listed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'attune-outside-'));
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'inner', 'own.txt'), 'own');
    writeFileSync(join(folder, '.hidden'), 'hidden');
    symlinkSync(outside, join(folder, 'away'));
    symlinkSync(join(outside, 'secret.txt'), join(folder, 'secret.txt'));
    symlinkSync('inner/own.txt', join(folder, 'twin.txt'));
    symlinkSync('.', join(folder, 'loop'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    execFileSync('mkfifo', [join(folder, 'pipe.txt')]);
    try {
      const { documents, outcomes } = await readFolder(folder);
      expect(documents.map(({ origins }) => origins[0].file)).toEqual(['inner/own.txt']);
      const reasons = Object.fromEntries([...outcomes].map(([file, { reason }]) => [file, reason]));
      expect(reasons).toEqual({
        '.hidden': 'hidden',
        away: 'link',
        dangling: 'link',
        'inner/own.txt': undefined,
        loop: 'link',
        'pipe.txt': 'special-file',
        'secret.txt': 'link',
        'twin.txt': 'link',
      });
      expect(outcomes.get('away')!.message).toMatch(/out of the folder/);
      expect(outcomes.get('twin.txt')!.message).toMatch(/read in place/);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });
});

describe('a reader that does not come to an end', () => {
  /** A database with a recursive view that never ends. */
  async function endless(): Promise<Buffer> {
    const { DatabaseSync } = await import('node:sqlite');
    const path = join(folder, 'x.db');
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE numbers (n INTEGER)');
    const insert = database.prepare('INSERT INTO numbers VALUES (?)');
    database.exec('BEGIN');
    for (let n = 0; n < 3000; n++) insert.run(n);
    database.exec('COMMIT');
    database.close();
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(path);
    rmSync(path);
    return bytes;
  }
  const query = 'SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n < 0';

  it('is killed, told, and the archive that it was at goes on behind it', { timeout: 40_000 }, async () => {
    const bytes = await endless();
    const archive = makeZip([
      { name: 'first.txt', data: 'first' },
      { name: 'slow.db', data: bytes },
      { name: 'same.txt', data: 'same' },
      { name: 'slow.db', data: bytes },
      { name: 'last.txt', data: 'last' },
    ]);
    const start = performance.now();
    const { documents, outcomes } = await readFiles(
      folder,
      { 'a.db': bytes, 'b.zip': archive, 'c.txt': 'after' },
      { query, limits: { seconds: 3 }, processes: 2 },
    );
    expect(documents.map((document) => (document as TextDocument).sections[0].text)).toEqual([
      'first',
      'same',
      'last',
      'after',
    ]);
    expect(outcomes.get('a.db')).toMatchObject({
      status: 'skipped',
      reason: 'too-slow',
      message: 'no output for 3 s',
    });
    expect(outcomes.get('b.zip/slow.db')).toMatchObject({ status: 'skipped', reason: 'too-slow' });
    expect(outcomes.get('b.zip')).toMatchObject({ status: 'read' });
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  it('costs a mailbox the attachment that it was at, and nothing else', { timeout: 40_000 }, async () => {
    const slow = (await endless()).toString('base64').replaceAll(/.{76}/g, '$&\n');
    const attached = (name: string, content: string) =>
      `--x\nContent-Type: application/octet-stream; name=${name}\nContent-Disposition: attachment; ` +
      `filename=${name}\nContent-Transfer-Encoding: base64\n\n${content}\n`;
    const mail = (said: string, parts = '') =>
      `From a@b.example Mon Jan  1 10:00:00 2024\nFrom: a@b.example\nSubject: s\nMIME-Version: 1.0\n` +
      `Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n${said}\n${parts}` +
      `--x--\n\n`;
    const note = Buffer.from('Attached.').toString('base64');
    const box = mail('one') + mail('two', attached('slow.db', slow) + attached('note.txt', note)) + mail('three');
    const { documents, outcomes } = await readFiles(folder, { 'a.mbox': box }, { query, limits: { seconds: 3 } });
    const texts = documents.map((one) => (one.kind === 'message' ? one.text : (one as TextDocument).sections[0].text));
    expect(texts).toEqual(['one', 'two', 'Attached.', 'three']);
    expect(outcomes.get('a.mbox/2/slow.db')).toMatchObject({ status: 'skipped', reason: 'too-slow' });
    expect(outcomes.get('a.mbox/2/note.txt')).toMatchObject({ status: 'read', documents: 1 });
    expect(outcomes.get('a.mbox')).toMatchObject({ status: 'read' });
  });

  it('or takes too much memory is killed, and told so', async () => {
    const entities = `{"a": [${'[],'.repeat(3_000_000)}[]]}`;
    const { outcomes } = await readFiles(
      folder,
      { 'large.json': entities, 'z.txt': 'after' },
      { limits: { memoryBytes: 160 * 2 ** 20 } },
    );
    expect(outcomes.get('large.json')).toMatchObject({ status: 'skipped', reason: 'out-of-memory' });
    expect(outcomes.get('z.txt')).toMatchObject({ status: 'read' });
  });

  it('of a query that would write is never asked', async () => {
    const bytes = await endless();
    for (const writing of [
      'DELETE FROM numbers',
      'SELECT 1; DROP TABLE numbers',
      'WITH x AS (SELECT 1) DELETE FROM numbers',
    ]) {
      const { outcomes, documents } = await readFiles(folder, { 'a.db': bytes }, { query: writing });
      expect(documents).toEqual([]);
      expect(outcomes.get('a.db')!.status, writing).toBe('skipped');
    }
    const { documents } = await readFiles(folder, { 'a.db': bytes }, { query: 'SELECT max(n) AS most FROM numbers;' });
    expect(documents).toMatchObject([{ values: { most: 2999 } }]);
  });
});
