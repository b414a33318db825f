import { readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { safeJoin } from '../../files/safe-join.ts';
import { markOwnUse } from './object-copies.ts';

/** A file under a key, such as `files/file-….jsonl`. Objects are immutable. */
export interface StoredObject {
  key: string;
  bytes: number;
  sha256: string;
}

/**
 * Storage for immutable objects. Objects in use have a local copy at `pathOf(key)`; new ones are written there first.
 */
export interface ObjectStore {
  /** Display name, without credentials. */
  readonly place: string;
  /** Whether the local folder is the only storage. */
  readonly isFolder: boolean;
  pathOf(key: string): string;
  /** Stores an object from the file at its path, atomically. @throws AttuneError E_OBJECTS…, E_OBJECT_CHANGED */
  put(object: StoredObject): Promise<void>;
  /** Returns its local path once the verified bytes are there. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
  get(object: StoredObject): Promise<string>;
  /** Removes the local copy and the object; missing ones are ignored. @throws AttuneError E_OBJECTS… */
  remove(key: string): Promise<void>;
  /** Keys with this prefix, sorted. @throws AttuneError E_OBJECTS… */
  list(prefix: string): AsyncIterable<string>;
  /** Fails if the store cannot be used. @throws AttuneError E_OBJECTS… */
  check(): Promise<void>;
}

/** Stores objects in a local folder only; servers on several machines can share it through a network file system. */
export class FolderStore implements ObjectStore {
  readonly place: string;
  readonly isFolder = true;

  constructor(folder: string) {
    this.place = folder;
  }

  pathOf(key: string): string {
    return safeJoin(this.place, key);
  }

  /** A no-op: the file is already in place. */
  put(_object: StoredObject): Promise<void> {
    markOwnUse(this.place);
    return Promise.resolve();
  }

  get(object: StoredObject): Promise<string> {
    const path = this.pathOf(object.key);
    return hasSize(path, object.bytes) ? Promise.resolve(path) : Promise.reject(missing(path));
  }

  remove(key: string): Promise<void> {
    rmSync(this.pathOf(key), { force: true });
    return Promise.resolve();
  }

  async *list(prefix: string): AsyncGenerator<string> {
    yield* keysBelow(this.place, prefix);
  }

  check(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whether the file exists with this size. Files are renamed into place, so the size is enough. */
export function hasSize(path: string, bytes: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === bytes;
}

/** Keys of the files in a folder, sorted. */
export function keysBelow(folder: string, prefix: string): string[] {
  const start = join(folder, prefix.slice(0, prefix.lastIndexOf('/') + 1));
  if (statSync(start, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((key) => key.startsWith(prefix))
    .toSorted();
}

function missing(path: string): AttuneError {
  return new AttuneError('E_OBJECT_MISSING', {
    what: `A file of the object store is missing from ${path}`,
    fix: 'if servers share files in a bucket, set ATTUNE_OBJECTS; if they share a folder, mount it',
  });
}
