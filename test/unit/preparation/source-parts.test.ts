import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findDocuments } from '@attune/documents';
import { PartStore } from '../../../src/preparation/pipeline/parts.ts';
import { joinUnits, readUnits, type SourceParts } from '../../../src/preparation/pipeline/source-parts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-sources-test-'));
  write('a.jsonl', 40);
  write('b.jsonl', 3000);
  write('c.jsonl', 40);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every hundredth row is invalid. */
function write(name: string, count: number): void {
  const row = (id: number) => (id % 100 === 99 ? '{' : JSON.stringify({ name, id, text: 'word '.repeat(id % 30) }));
  writeFileSync(join(folder, name), `${Array.from({ length: count }, (_, id) => row(id)).join('\n')}\n`);
}

async function read(cache: string, { partBytes, processes = 2 }: { partBytes?: number; processes?: number } = {}) {
  const found = findDocuments(['a.jsonl', 'b.jsonl', 'c.jsonl'], folder);
  const unitSize = partBytes === undefined ? undefined : { bytes: partBytes, files: 2000 };
  return joinUnits(await readUnits(found, { processes, unitSize }, new PartStore(join(folder, cache))));
}

const contentOf = ({ parts }: SourceParts): string =>
  parts
    .flatMap(({ folder: part, shards }) => shards.map(({ name }) => readFileSync(join(part, name), 'utf8')))
    .join('');
const isNew = ({ parts }: SourceParts) => parts.map((part) => part.isNew);

it('sources that are read in pieces are what they are in one, in the same order, whoever reads them', async () => {
  const whole = await read('whole');
  expect(whole.parts).toHaveLength(1);
  const [two, three] = [
    await read('two', { partBytes: 30_000 }),
    await read('three', { partBytes: 9000, processes: 3 }),
  ];
  expect(two.parts.length).toBeGreaterThan(7);
  expect(three.parts.length).toBeGreaterThan(20);
  for (const cut of [two, three]) {
    expect(contentOf(cut)).toBe(contentOf(whole));
    expect(cut.files).toEqual(whole.files);
    expect(cut.summary).toEqual(whole.summary);
  }
  expect(whole.summary).toMatchObject({ files: 3, read: 3, documents: 3050, formats: { jsonl: 3 } });
  expect(Object.values(whole.summary.notes)).toMatchObject(
    [{ count: 30, files: 1, first: [/^b.jsonl: line 100: /] }].map(({ first, ...rest }) => ({
      ...rest,
      first: [expect.stringMatching(first[0])],
    })),
  );
});

it('pieces that were read before a kill are not read again, and none is taken for that of another file', async () => {
  const first = await read('parts', { partBytes: 30_000 });
  const cache = join(folder, 'parts');
  const lost = first.parts[4].folder;
  rmSync(lost, { recursive: true });
  const inode = (name: string) => statSync(join(cache, name)).ino;
  const kept = readdirSync(cache).map((name) => [name, inode(name)] as const);
  const again = await read('parts', { partBytes: 30_000 });
  expect(isNew(again)).toEqual(first.parts.map((_, index) => index === 4));
  expect(contentOf(again)).toBe(contentOf(first));
  for (const [name, before] of kept) expect(inode(name)).toBe(before);
  // Only the last line changes, but rows of all pieces contain the file's hash.
  writeFileSync(join(folder, 'b.jsonl'), readFileSync(join(folder, 'b.jsonl'), 'utf8').replace(/\n$/, ' \n'));
  const changed = await read('parts', { partBytes: 30_000 });
  expect(isNew(changed)).toEqual(first.parts.map((_, index) => index > 0 && index < first.parts.length - 1));
});

it('what fails while many are read is told, and no reader is waited for in vain', { timeout: 60_000 }, async () => {
  const found = async function* found() {
    for await (const file of findDocuments(['b.jsonl'], folder)) for (let time = 0; time < 20; time++) yield file;
    throw new Error('the folder is gone');
  };
  const reading = readUnits(
    found(),
    { processes: 2, unitSize: { bytes: 9000, files: 9 } },
    new PartStore(join(folder, 'failed')),
  );
  await expect(reading).rejects.toThrow('the folder is gone');
});
