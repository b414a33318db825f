/** Moves files between this machine's folder and a bucket, or between two buckets; each is read back and compared. */
import { existsSync, rmSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { temporaryFolder } from '../../files/temporary.ts';
import {
  newId,
  recordPlace,
  registeredModels,
  storedObjects,
  versionName,
  versionsOf,
  type ModelVersion,
  type Registry,
} from '../../store/registry/index.ts';
import { FolderStore, type ObjectStore, type StoredObject } from '../../store/objects/folder-store.ts';
import { objectsFolder, objectStore } from '../../store/objects/object-store.ts';
import { S3Store } from '../../store/objects/s3-store.ts';
import { parseS3Url } from '../../store/objects/s3-url.ts';
import { getFolder, objectsOf, putFolder, type StoredFolder } from '../../store/objects/stored-folder.ts';
import { weightsHash } from '../registry/describe-result.ts';

export interface MovedObjects {
  /** New location, for display. */
  place: string;
  files: number;
  bytes: number;
  /** Versions that were not moved, each with the reason. */
  left: string[];
}

interface Move {
  registry: Registry;
  from: ObjectStore;
  to: ObjectStore;
  emit: EventSink;
  signal?: AbortSignal;
}

/** Moves files to a bucket, from the folder or from the store in ATTUNE_OBJECTS. @throws AttuneError E_OBJECTS… */
export async function moveToBucket(
  registry: Registry,
  url: string,
  watch: Pick<Move, 'emit' | 'signal'>,
): Promise<MovedObjects> {
  const place = parseS3Url(url, '--to');
  const back = temporaryFolder('move');
  try {
    const to = new S3Store(place, objectsFolder());
    const readBack = new S3Store(place, back);
    await to.check();
    return await moveAll({ ...watch, registry, from: objectStore(), to }, async (object) => {
      await to.put(object);
      rmSync(await readBack.get(object));
    });
  } finally {
    rmSync(back, { recursive: true, force: true });
  }
}

/** Moves files from a bucket to this machine's folder. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
export async function moveFromBucket(
  registry: Registry,
  url: string,
  watch: Pick<Move, 'emit' | 'signal'>,
): Promise<MovedObjects> {
  const from = new S3Store(parseS3Url(url, '--from'), objectsFolder());
  await from.check();
  const to = new FolderStore(objectsFolder());
  return moveAll({ ...watch, registry, from, to }, (object) => to.put(object));
}

/** @param arrive moves an object that is on this machine to its destination */
async function moveAll(move: Move, arrive: (object: StoredObject) => Promise<void>): Promise<MovedObjects> {
  const { registry, from, to, emit, signal } = move;
  const moved: MovedObjects = { place: to.place, files: 0, bytes: 0, left: [] };
  const count = async (object: StoredObject): Promise<void> => {
    await arrive(object);
    moved.files++;
    moved.bytes += object.bytes;
    emit({ type: 'work-advanced', phase: 'save', done: moved.files, unit: 'files' });
    signal?.throwIfAborted();
  };
  emit({ type: 'phase-started', phase: 'save', message: `moving files to ${to.place}` });
  for (const object of await storedObjects(registry)) {
    if (await isThere(from, object)) await count(object);
    else moved.left.push(`${object.key}: its content is missing`);
  }
  for (const { name } of await registeredModels(registry))
    for (const version of await versionsOf(registry, name)) {
      const stored = await moveVersion(version, move);
      if (typeof stored === 'string') moved.left.push(`${versionName(version)}: ${stored}`);
      else for (const object of objectsOf(stored)) await count(object);
      if (typeof stored !== 'string') await recordPlace(registry, version, placeIn(to, version, stored));
    }
  return moved;
}

async function isThere(from: ObjectStore, object: StoredObject): Promise<boolean> {
  try {
    await from.get(object);
    return true;
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_OBJECT_MISSING') return false;
    throw error;
  }
}

/** Prepares a version on this machine. @returns the folder to move, or the reason why it is not moved */
async function moveVersion(version: ModelVersion, { from, to }: Move): Promise<StoredFolder | string> {
  const { stored, folder, hashes } = version;
  if (stored !== undefined) {
    await getFolder(from, stored);
    return stored;
  }
  if (to.isFolder) return 'it is already in a folder';
  if (!existsSync(folder)) return `${folder} is missing`;
  if ((await weightsHash(folder)) !== hashes.weights) return `${folder} has changed since it was registered`;
  // Copied to the store's folder first, from which `count` moves it.
  return putFolder(new FolderStore(objectsFolder()), folder, `models/${newId('')}`);
}

function placeIn(to: ObjectStore, { folder }: ModelVersion, stored: StoredFolder) {
  return to.isFolder ? { folder: to.pathOf(stored.key) } : { folder, stored };
}
