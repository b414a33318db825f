import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sha256 } from '../../../src/files/hash.ts';
import { PartStore, type StoredPart } from '../../../src/preparation/pipeline/parts.ts';
import { runStage, stagesOf } from '../../../src/preparation/pipeline/step-parts.ts';
import { ShardPool } from '../../../src/preparation/pipeline/threads/shard-pool.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attune-look-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = (): never => {
  throw new Error('no step here opens it');
};
const context = () => ({ base: folder, folder, openTokenizer: never, openRecognisers: never });

/** Rows in this many shards of one part; names recur across shards. */
function inShards(count: number): StoredPart[] {
  const people = ['Jane Doe', 'John Miller', 'Anna Schmidt', 'Peter Brown', 'Mary Jones', 'Paul Wright', 'Eve Green'];
  const lines = Array.from({ length: 60 }, (_, id) => {
    const text = `${people[(id * 3) % 7]} wrote to ${people[id % 7]} (SSN 536-22-${1000 + (id % 11)}).`;
    return `${JSON.stringify({ kind: 'row', values: { id, text }, origins: [{ file: 'a', sha256: '', row: id }] })}\n`;
  });
  const shards = Array.from({ length: count }, (_, shard) => {
    const content = lines.slice((60 * shard) / count, (60 * (shard + 1)) / count).join('');
    writeFileSync(join(folder, `${count}-${shard}`), content);
    return { name: `${count}-${shard}`, items: 60 / count, bytes: content.length, sha256: sha256(content) };
  });
  return [{ shards, reports: [], folder, isNew: false }];
}

async function redacted(shards: number, cache: string, pool?: ShardPool): Promise<StoredPart> {
  const [stage] = await stagesOf([{ step: 'redact' }], context());
  const threads = pool && { pool, count: 3 };
  const run = { store: new PartStore(join(folder, cache)), context: { ...context(), quotes: false }, threads };
  const parts = await runStage(stage, inShards(shards), run);
  expect(parts).toHaveLength(1);
  return parts[0];
}

it(
  'a step that looks at shards by themselves makes of them what it makes of all at once',
  { timeout: 60_000 },
  async () => {
    await using pool = new ShardPool(new URL('../../../src/app/shard-thread.ts', import.meta.url));
    const [one, three, inThreads] = [await redacted(1, 'a'), await redacted(3, 'b'), await redacted(5, 'c', pool)];
    expect(readdirSync(join(folder, 'a'))).toHaveLength(1);
    expect(readdirSync(join(folder, 'b'))).toHaveLength(4);
    for (const part of [three, inThreads]) {
      expect(part.shards).toEqual(one.shards);
      expect(part.reports).toEqual(one.reports);
    }
    const text = readFileSync(join(one.folder, one.shards[0].name), 'utf8');
    expect(text).not.toContain('Schmidt');
    expect(text).toContain('[NAME_7]');
    expect(text).not.toContain('[NAME_8]');
  },
);

it('what was seen in a shard is not looked for again after a kill', { timeout: 60_000 }, async () => {
  const whole = await redacted(4, 'parts');
  rmSync(whole.folder, { recursive: true });
  const seen = readdirSync(join(folder, 'parts'));
  expect(seen).toHaveLength(4);
  const inode = (name: string) => statSync(join(folder, 'parts', name, 'part.json')).ino;
  const before = seen.map(inode);
  rmSync(join(folder, 'parts', seen[0]), { recursive: true });
  const again = await redacted(4, 'parts');
  expect(again.shards).toEqual(whole.shards);
  expect(seen.slice(1).map(inode)).toEqual(before.slice(1));
});
