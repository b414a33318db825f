/** Folders, such as a model's, as objects: one per file. The list of files is stored by the caller. */
import { constants, copyFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { sha256File } from '../../files/hash.ts';
import { makeFolders } from '../../files/make-folder.ts';
import type { ObjectStore, StoredObject } from './folder-store.ts';

export interface StoredFolder {
  /** Keys of its files are this key, a slash and their names. */
  key: string;
  files: { name: string; bytes: number; sha256: string }[];
}

/** Concurrent transfers. */
const AT_ONCE = 4;

/** Stores a folder's current files. After a failure, stored parts are removed. @throws AttuneError E_OBJECTS… */
export async function putFolder(store: ObjectStore, folder: string, key: string): Promise<StoredFolder> {
  const files: StoredFolder['files'] = [];
  try {
    for (const name of namesBelow(folder)) {
      const path = store.pathOf(`${key}/${name}`);
      takeFile(join(folder, name), path);
      files.push({ name, bytes: statSync(path).size, sha256: await sha256File(path) });
    }
    await eachFile({ key, files }, (object) => store.put(object));
    return { key, files };
  } catch (error) {
    await removeFolder(store, { key, files }).catch(() => undefined);
    throw error;
  }
}

/** Its local path, once all files are present. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
export async function getFolder(store: ObjectStore, stored: StoredFolder): Promise<string> {
  await eachFile(stored, (object) => store.get(object));
  return store.pathOf(stored.key);
}

/** @throws AttuneError E_OBJECTS… */
export async function removeFolder(store: ObjectStore, stored: StoredFolder): Promise<void> {
  await eachFile(stored, ({ key }) => store.remove(key));
  rmSync(store.pathOf(stored.key), { recursive: true, force: true });
}

export function objectsOf({ key, files }: StoredFolder): StoredObject[] {
  return files.map(({ name, ...known }) => ({ key: `${key}/${name}`, ...known }));
}

/** After a failure no further files are started, and running ones are awaited before it is reported. */
async function eachFile(stored: StoredFolder, work: (object: StoredObject) => Promise<unknown>): Promise<void> {
  const left = objectsOf(stored);
  const takeTurns = async (): Promise<void> => {
    try {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
    } catch (error) {
      left.length = 0;
      throw error;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, takeTurns));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Follows links to files, of which hub snapshots consist. @throws AttuneError E_MODEL_LINK */
function namesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => isFile(path))
    .map((path) => relative(folder, path).split(sep).join('/'))
    .toSorted();
}

function isFile(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) return found.isFile();
  throw new AttuneError('E_MODEL_LINK', {
    what: `${path} is a link to ${found === undefined ? 'nothing' : 'a folder'}`,
    expected: 'files, or links to files: folders are copied into the object store',
    fix: 'delete the link, or replace it with its target',
  });
}

/** A copy, by reflink if the file system supports it, so that later changes in the folder do not affect it. */
function takeFile(from: string, to: string): void {
  makeFolders(dirname(to));
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}
