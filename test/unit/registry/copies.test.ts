// What goes of a machine's copies of a bucket when there are too many of them.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/files/hash.ts';
import {
  addFile,
  addJob,
  boundCopies,
  CHAMPION,
  fetchFile,
  fetchVersion,
  filePath,
  findFile,
  moveAlias,
  openRegistry,
  removeStrayCopies,
  storeVersion,
  versionsInUse,
  type Registry,
} from '../../../src/registry/index.ts';
import { objectStore } from '../../../src/store/objects/object-store.ts';
import { KEYS, startS3Server, type S3Server } from '../store/s3-server.ts';

const BYTES = 1000;
const TEXT = 'x'.repeat(BYTES);
const HOUR = 3_600_000;
const before = { ...process.env };
let bucket: S3Server;
let home: string;
let registry: Registry;

beforeAll(async () => {
  bucket = await startS3Server();
});
afterAll(() => bucket.close());
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'attune-copies-'));
  Object.assign(process.env, KEYS, { ATTUNE_OBJECTS: bucket.url, ATTUNE_HOME: home });
  registry = await openRegistry();
});
afterEach(async () => {
  await registry.destroy();
  process.env = before;
  bucket.objects.clear();
  rmSync(home, { recursive: true, force: true });
});

async function uploaded(id: string): Promise<void> {
  await addFile(registry, id, (path) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, TEXT);
    const size = { bytes: BYTES, sha256: sha256(TEXT), created_at: 1, expires_at: null };
    return { owner: 'shop', purpose: 'fine-tune', filename: 'rows.jsonl', ...size };
  });
}

/** A version of tickets, in use where it is promoted, with the folder of its copy. */
async function registered({ isPromoted = true } = {}): Promise<string> {
  const folder = join(home, 'adapter');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'adapter_model.safetensors'), TEXT);
  const given = { model: 'tickets', folder, hashes: { weights: 'a', data: {} }, createdBy: 'ann' };
  const made = await storeVersion(registry, given);
  const { version } = made;
  const move = { model: 'tickets', alias: CHAMPION, version, action: 'promoted' as const, by: 'ann' };
  if (isPromoted) await moveAlias(registry, move);
  return fetchVersion(made);
}

/** As files are that were used so long ago. */
function unusedFor(path: string, hours: number): void {
  const { mtime } = statSync(path);
  utimesSync(path, new Date(Date.now() - hours * HOUR), mtime);
}

const left = (...ids: string[]) => ids.filter((id) => existsSync(filePath(id)));
const LATER = () => Date.now() + HOUR;

describe('copies of what is in a bucket', () => {
  it('go by when they were used, until the others have room, and are fetched again', async () => {
    const ids = ['file-a', 'file-b', 'file-c', 'file-d'];
    for (const id of ids) await uploaded(id);
    for (const [i, id] of ids.entries()) unusedFor(filePath(id), 10 - i);
    expect(await boundCopies(registry, 4 * BYTES, LATER())).toBe(0);
    const file = (await findFile(registry, 'file-a', 'shop'))!;
    await fetchFile(file);
    expect(await boundCopies(registry, 2 * BYTES, LATER())).toBe(2 * BYTES);
    expect(left(...ids)).toEqual(['file-a', 'file-d']);
    for (const id of ids) await fetchFile((await findFile(registry, id, 'shop'))!);
    expect(left(...ids)).toEqual(ids);
    // All of them were used just now.
    expect(await boundCopies(registry, 0)).toBe(0);
  });

  it('of versions go once nobody answers by them, nor goes back to them', async () => {
    const folders = [];
    for (let i = 0; i < 4; i++) folders.push(await registered());
    expect([...(await versionsInUse(registry, 'tickets'))].toSorted()).toEqual([3, 4]);
    expect(await boundCopies(registry, 0, LATER())).toBe(2 * BYTES);
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, false, true, true]);
  });

  it('of files that a job waits for stay, and what is not in the bucket does', async () => {
    for (const id of ['file-rows', 'file-other', 'file-lost']) await uploaded(id);
    const wanted = { owner: 'shop', model: 'tiny', training_file: 'file-rows', validation_file: null, suffix: null };
    const method = { type: 'supervised', hyperparameters: {} };
    await addJob(registry, { ...wanted, seed: 1, method, extra: {}, metadata: {}, fingerprint: 'a' });
    bucket.objects.delete('attune/files/file-lost.jsonl');
    writeFileSync(filePath('file-of-another-registry'), TEXT);
    await boundCopies(registry, 0, LATER());
    expect(left('file-rows', 'file-other', 'file-lost', 'file-of-another-registry')).toEqual([
      'file-rows',
      'file-lost',
      'file-of-another-registry',
    ]);
  });

  it('are none where the folder was used alone since: it may be all that there is', async () => {
    await uploaded('file-copy');
    process.env.ATTUNE_OBJECTS = '';
    await uploaded('file-alone');
    expect(objectStore().isFolder).toBe(true);
    process.env.ATTUNE_OBJECTS = bucket.url;
    bucket.objects.set('attune/files/file-alone.jsonl', Buffer.from(TEXT));
    await boundCopies(registry, 0, LATER());
    // As another registry sees them.
    await registry.deleteFrom('files').execute();
    await removeStrayCopies(registry, LATER());
    expect(left('file-copy', 'file-alone')).toEqual(['file-copy', 'file-alone']);
  });
});
