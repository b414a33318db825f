/** Where the files of a version are on this machine, and how they get to the others. */
import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { objectStore } from '../objects/object-store.ts';
import { getFolder, putFolder, removeFolder, type StoredFolder } from '../objects/stored-folder.ts';
import { resultHash } from '../result-files.ts';
import { newId } from './jobs.ts';
import type { Registry } from './database.ts';
import { newObject } from './new-objects.ts';
import { addVersion, versionName, type ModelVersion, type NewVersion } from './versions.ts';

/**
 * Adds a version with its folder, which is kept in the object store where that is more than a folder.
 * @throws AttuneError E_MODEL_NAME, E_LEASE_LOST, E_OBJECTS…
 */
export async function storeVersion(registry: Registry, given: NewVersion): Promise<ModelVersion> {
  const store = objectStore();
  if (store.isFolder) return addVersion(registry, given);
  const key = `models/${newId('')}`;
  return newObject(registry, key, async (settle) => {
    const stored = await putFolder(store, given.folder, key);
    return addVersion(registry, { ...given, stored }, settle);
  });
}

/** The version's folder on this machine, with its files. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
export async function fetchVersion({ folder, stored }: Pick<ModelVersion, 'folder' | 'stored'>): Promise<string> {
  return stored === undefined ? folder : getFolder(objectStore(), stored);
}

/** @throws AttuneError E_VERSION_CHANGED where a version's files here are not those that were registered */
export async function requireUnchanged(version: ModelVersion, folder: string): Promise<void> {
  const { model, hashes } = version;
  // A folder that is gone is noticed, and waited for, where it is opened.
  if (hashes.files === undefined || !existsSync(folder)) return;
  const found = await resultHash(folder);
  if (found === hashes.files) return;
  throw new AttuneError('E_VERSION_CHANGED', {
    what: `The files of ${versionName(version)} in ${folder} are not those that were registered`,
    got: `SHA-256 ${found}`,
    expected: hashes.files,
    fix: `restore them, or register them as a further version: attune models register ${model} ${version.runFolder ?? folder}`,
  });
}

/** Deletes what is kept of a version in the object store. @throws AttuneError E_OBJECTS… */
export async function removeStored(stored: StoredFolder | undefined): Promise<void> {
  if (stored !== undefined) await removeFolder(objectStore(), stored);
}
