// Which local copies of a bucket's files are deleted when there are too many.
import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
  removeStrayCopies,
  storeVersion,
  versionsInUse,
} from '../../../../src/store/registry/index.ts';
import { objectStore } from '../../../../src/store/objects/object-store.ts';
import { newTickets, registryInBucket, writeRows } from './registry-in-bucket.ts';

const BYTES = 1000;
const TEXT = 'x'.repeat(BYTES);
const HOUR = 3_600_000;
const at = registryInBucket();

async function uploaded(id: string): Promise<void> {
  await addFile(at.registry, id, (path) => writeRows(path, TEXT));
}

/** A version of tickets, in use if promoted, with the folder of its copy. */
async function registered({ isPromoted = true } = {}): Promise<string> {
  const made = await storeVersion(at.registry, newTickets(at.home, TEXT));
  const { version } = made;
  const move = { model: 'tickets', alias: CHAMPION, version, action: 'promoted' as const, by: 'ann' };
  if (isPromoted) await moveAlias(at.registry, move);
  return fetchVersion(made);
}

/** Makes a file look as if it was last used hours ago. */
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
    expect(await boundCopies(at.registry, 4 * BYTES, LATER())).toBe(0);
    const file = (await findFile(at.registry, 'file-a', 'shop'))!;
    await fetchFile(file);
    expect(await boundCopies(at.registry, 2 * BYTES, LATER())).toBe(2 * BYTES);
    expect(left(...ids)).toEqual(['file-a', 'file-d']);
    for (const id of ids) await fetchFile((await findFile(at.registry, id, 'shop'))!);
    expect(left(...ids)).toEqual(ids);
    // All of them were used just now.
    expect(await boundCopies(at.registry, 0)).toBe(0);
  });

  it('of versions go once nobody answers by them, nor goes back to them', async () => {
    const folders = [];
    for (let i = 0; i < 4; i++) folders.push(await registered());
    expect([...(await versionsInUse(at.registry, 'tickets'))].toSorted()).toEqual([3, 4]);
    expect(await boundCopies(at.registry, 0, LATER())).toBe(2 * BYTES);
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, false, true, true]);
  });

  it('of files that a job waits for stay, and what is not in the bucket does', async () => {
    for (const id of ['file-rows', 'file-other', 'file-lost']) await uploaded(id);
    const wanted = { owner: 'shop', model: 'tiny', training_file: 'file-rows', validation_file: null, suffix: null };
    const method = { type: 'supervised', hyperparameters: {} };
    await addJob(at.registry, { ...wanted, seed: 1, method, extra: {}, metadata: {}, fingerprint: 'a' });
    at.bucket.objects.delete('attune/files/file-lost.jsonl');
    writeFileSync(filePath('file-of-another-registry'), TEXT);
    await boundCopies(at.registry, 0, LATER());
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
    process.env.ATTUNE_OBJECTS = at.bucket.url;
    at.bucket.objects.set('attune/files/file-alone.jsonl', Buffer.from(TEXT));
    await boundCopies(at.registry, 0, LATER());
    // Simulates files of another registry.
    await at.registry.deleteFrom('files').execute();
    await removeStrayCopies(at.registry, LATER());
    expect(left('file-copy', 'file-alone')).toEqual(['file-copy', 'file-alone']);
  });
});
