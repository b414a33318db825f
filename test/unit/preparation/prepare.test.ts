import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareData } from '../../../src/app/prepare-data.ts';
import { loadData } from '../../../src/data/index.ts';
import * as samples from '../../../packages/documents/test/samples.ts';

let folder: string;
let source: string;
let to: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-prepare-test-'));
  [source, to] = [join(folder, 'source'), join(folder, 'out', 'rows.jsonl')];
  mkdirSync(source);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Record<string, string | Buffer>): void {
  for (const [name, data] of Object.entries(files)) writeFileSync(join(source, name), data);
}

const rowsOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('data prepare', () => {
  it('makes rows that training reads, each with its file, page or row, and hash', async () => {
    write({ 'a.docx': samples.docx(), 'b.md': samples.markdown(), 'c.pdf': 'no PDF' });
    const report = await prepareData([source], { output: to, processes: 1 });
    const rows = rowsOf(to);
    expect(rows).toHaveLength(report.rows);
    for (const { provenance } of rows) {
      const [{ file, sha256 }] = provenance as { file: string; sha256: string }[];
      const bytes = readFileSync(join(folder, file));
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    expect(report.sha256).toBe(createHash('sha256').update(readFileSync(to)).digest('hex'));
    const { splits, report: data } = await loadData({ train: to, seed: 1, validation: 0, test: 0 });
    expect(splits.train.map(({ kind }) => kind)).toEqual(rows.map(() => 'text'));
    expect(data.files[0].ignored).toEqual([]);
  });

  it('tells what was read, what was skipped and why, and lists every file', async () => {
    write({ 'a.md': '# A\n\nText.', 'b.pdf': 'no PDF', 'c.txt': '', 'd.md.gz': gzipSync('# D\n\nMore.') });
    const report = await prepareData([source], { output: to, processes: 1 });
    // A compressed single file counts once.
    expect(report.files).toMatchObject({ files: 4, read: 2, documents: 2, formats: { markdown: 2 } });
    expect(report.files.skipped).toMatchObject({
      broken: { count: 1 },
      empty: { count: 1, first: [{ file: 'source/c.txt' }] },
    });
    expect(JSON.parse(readFileSync(`${to}.report`, 'utf8'))).toMatchObject({
      rows: 2,
      steps: [{ step: 'chunks', itemsIn: 2, itemsOut: 2 }],
    });
    expect(rowsOf(`${to}.files`).map(({ file, status }) => [file, status])).toEqual([
      ['source/a.md', 'read'],
      ['source/b.pdf', 'skipped'],
      ['source/c.txt', 'skipped'],
      ['source/d.md.gz/d.md', 'read'],
      ['source/d.md.gz', 'read'],
    ]);
  });

  it('gives the same bytes however many processes read', async () => {
    for (let index = 0; index < 40; index++)
      write({ [`f${String(index).padStart(2, '0')}.md`]: `# T${index}\n\n${`Line ${index}. `.repeat(index * 20)}` });
    const hashes: string[] = [];
    for (const processes of [1, 3]) hashes.push((await prepareData([source], { output: to, processes })).sha256);
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('leaves out no kind of document where there are several, and no heading without a text', async () => {
    write({
      'a.csv': 'sep=;\nname;price;\nPump;3;x\nValve;4;y\n',
      'b.md': '# A\n\nText.\n\n# Bare',
      'c.csv': 'a,b\r1,2\r',
    });
    const report = await prepareData([source], { output: to, processes: 1 });
    expect(report.chosen).toContain('all as chunks, so that none is left out');
    expect(rowsOf(to).map(({ text }) => text)).toEqual([
      'name: Pump\nprice: 3\ncolumn 3: x',
      'name: Valve\nprice: 4\ncolumn 3: y',
      '# A\n\nText.\n\nBare',
      'a: 1\nb: 2',
    ]);
  });

  it('keeps documents that stand behind a long table', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `question ${i},answer ${i}`);
    write({ 'a.csv': ['question,answer', ...rows].join('\n'), 'b.md': '# A\n\nText.', 'c.md': '# B\n\nMore.' });
    const report = await prepareData([source], { output: to, processes: 1 });
    expect(report).toMatchObject({
      rows: 302,
      documents: { record: 300, text: 2 },
      steps: [{ step: 'chunks', leftOut: [] }],
    });
    expect(rowsOf(to).at(-1)).toMatchObject({ text: '# B\n\nMore.' });
  });

  it('takes a sheet with a title above its table for a table', async () => {
    write({ 'a.xlsx': await samples.xlsx() });
    const report = await prepareData([source], { output: to, processes: 1 });
    expect(report.chosen).toContain('table rows: unchanged');
    expect(rowsOf(to).map(({ name }) => name)).toEqual(['Ann', 'Bob']);
  });

  it('says why nothing came of files that were read', async () => {
    write({ 'a.csv': 'title\n1,2\n' });
    await expect(prepareData([source], { output: to, processes: 1 })).rejects.toMatchObject({
      code: 'E_NO_ROWS',
      problems: expect.arrayContaining([{ message: expect.stringContaining('the row has n cells, the header n') }]),
    });
  });

  it('chooses conversations for messages and rows for tables, and says so', async () => {
    write({ 'mails.mbox': samples.mbox() });
    const mails = await prepareData([source], { output: to, processes: 1 });
    expect(mails.chosen).toContain('messages: conversations');
    expect(rowsOf(to)[0].messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: 'It left yesterday.' },
    ]);
    rmSync(join(source, 'mails.mbox'));
    write({ 'prices.csv': samples.csv() });
    const table = await prepareData([source], {
      output: to,
      processes: 1,
      step: [{ step: 'records', columns: { text: 'name' } }],
    });
    expect(table.columns).toEqual({ text: 2 });
  });

  it('leaves what was there where nothing comes of the documents, and no drafts', async () => {
    mkdirSync(join(folder, 'out'));
    writeFileSync(to, 'old\n');
    write({ 'b.pdf': 'no PDF' });
    await expect(prepareData([source], { output: to, processes: 1 })).rejects.toMatchObject({
      code: 'E_NO_ROWS',
      problems: [{ file: 'source/b.pdf' }],
    });
    expect(readFileSync(to, 'utf8')).toBe('old\n');
    expect(readdirSync(join(folder, 'out'))).toEqual(['rows.jsonl']);
  });

  it('refuses steps that make no rows, a file that is not JSONL, and paths that are not there', async () => {
    write({ 'prices.csv': samples.csv() });
    const messages = { step: 'messages', text: 'name', author: 'price' };
    await expect(prepareData([source], { output: to, processes: 1, step: [messages] })).rejects.toMatchObject({
      code: 'E_STEP_ORDER',
    });
    await expect(prepareData([source], { output: join(folder, 'rows.csv') })).rejects.toMatchObject({
      code: 'E_USAGE',
    });
    await expect(prepareData([join(folder, 'nowhere')], { output: to })).rejects.toMatchObject({
      code: 'E_FILE_MISSING',
    });
    expect(existsSync(to)).toBe(false);
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    write({ 'a.md': '# A\n\nText.' });
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(prepareData([source], { output: to, processes: 1, signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });

  it('does not read what it writes, nor what it wrote before, in the same folder', async () => {
    write({ 'a.md': '# A\n\nText.' });
    const own = join(source, 'rows.jsonl');
    const first = await prepareData([source], { output: own, processes: 1 });
    const second = await prepareData([source], { output: own, processes: 1 });
    expect(second.sha256).toBe(first.sha256);
    expect(second.files.skipped.output?.count).toBeGreaterThanOrEqual(3);
  });
});
