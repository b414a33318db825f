/** Removes local copies of deleted objects and, beyond a size limit, of unused ones. */
import { rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { copiesOf, copiesSince, type Copy } from '../objects/object-copies.ts';
import { objectsFolder, objectStore } from '../objects/object-store.ts';
import type { StoredFolder } from '../objects/stored-folder.ts';
import type { Registry } from './registry-database.ts';
import { placesOfVersions, storedObjects } from './object-records.ts';
import { versionsInUse } from './versions-in-use.ts';
import type { ObjectStore } from '../objects/folder-store.ts';

/** Newer files may still be being written or registered. */
const YOUNG_MS = { files: 600_000, parts: 600_000, models: 86_400_000 } as const;
const KINDS = ['files', 'parts', 'models'] as const;
/** Copies used within this time may still be in use. */
const USED_MS = 600_000;

/**
 * Deletes this machine's copies of objects that another machine has deleted. Keeps files from before a bucket was
 * configured, since they may belong to another registry.
 */
export async function removeStrayCopies(registry: Registry, now = Date.now()): Promise<void> {
  if (objectStore().isFolder) return;
  const folder = objectsFolder();
  const since = copiesSince(folder);
  const known = new Set((await storedObjects(registry)).map(({ key }) => key));
  for (const { stored, isDeleted, made } of await placesOfVersions(registry)) {
    if (!isDeleted) known.add(stored?.key ?? relative(folder, made).split(sep).join('/'));
    if (stored !== undefined && isDeleted) rmSync(join(folder, stored.key), { recursive: true, force: true });
    // The result of a job trained on this machine.
    if (isDeleted && made.startsWith(join(folder, 'jobs', sep))) rmSync(made, { recursive: true, force: true });
  }
  for (const kind of KINDS)
    for (const { key, path, writtenAt } of copiesOf(folder, kind))
      if (writtenAt >= since && writtenAt < now - YOUNG_MS[kind] && !known.has(key))
        rmSync(path, { recursive: true, force: true });
}

/**
 * Deletes copies, least recently used first, until at most `mostBytes` remain. Keeps copies that are in use or
 * missing from the bucket. @returns number of bytes deleted. @throws AttuneError E_OBJECTS…
 */
export async function boundCopies(registry: Registry, mostBytes: number, now = Date.now()): Promise<number> {
  const store = objectStore();
  if (store.isFolder) return 0;
  const folder = objectsFolder();
  const copies = KINDS.flatMap((kind) => copiesOf(folder, kind));
  let left = copies.reduce((sum, { bytes }) => sum + bytes, 0);
  if (left <= mostBytes) return 0;
  const before = left;
  const since = copiesSince(folder);
  const unused = await unusedObjects(registry);
  const may = ({ key, writtenAt, usedAt }: Copy) => writtenAt >= since && usedAt < now - USED_MS && unused.has(key);
  for (const copy of copies.filter(may).toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (left <= mostBytes) break;
    if (!(await isStored(store, unused.get(copy.key)!))) continue;
    rmSync(copy.path, { recursive: true, force: true });
    left -= copy.bytes;
  }
  return before - left;
}

/** Known objects that are not in use: by the name of their copy, all keys of each. */
async function unusedObjects(registry: Registry): Promise<Map<string, string[]>> {
  const used = await filesInUse(registry);
  const objects = (await storedObjects(registry)).map(({ key }) => key).filter((key) => !used.has(key));
  const unused = new Map(objects.map((key) => [key, [key]]));
  const versions = await placesOfVersions(registry);
  for (const model of new Set(versions.map((one) => one.model))) {
    const inUse = await versionsInUse(registry, model);
    for (const { stored, version, isDeleted } of versions.filter((one) => one.model === model))
      if (stored !== undefined && !isDeleted && !inUse.has(version)) unused.set(stored.key, keysOf(stored));
  }
  return unused;
}

function keysOf({ key, files }: StoredFolder): string[] {
  return files.map(({ name }) => `${key}/${name}`);
}

/** Files of unfinished jobs and evaluations. */
async function filesInUse(registry: Registry): Promise<Set<string>> {
  const jobs = await registry
    .selectFrom('jobs')
    .select(['training_file', 'validation_file'])
    .where('finished_at', 'is', null)
    .execute();
  const runs = await registry
    .selectFrom('eval_runs')
    .select('source')
    .where('status', 'in', ['queued', 'in_progress'])
    .execute();
  const batches = await registry
    .selectFrom('batches')
    .select('input_file')
    .where('status', 'in', ['validating', 'in_progress'])
    .execute();
  const ids = jobs.flatMap(({ training_file: train, validation_file: validation }) => [train, validation ?? []].flat());
  const ofRuns = runs.flatMap(({ source }) => source.match(/\bfile-\w+/g) ?? []);
  return new Set([...ids, ...ofRuns, ...batches.map(({ input_file: id }) => id)].map((id) => `files/${id}.jsonl`));
}

async function isStored(store: ObjectStore, keys: readonly string[]): Promise<boolean> {
  for (const key of keys) {
    const found = await store.list(key)[Symbol.asyncIterator]().next();
    if (found.done === true || found.value !== key) return false;
  }
  return keys.length > 0;
}
