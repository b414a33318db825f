/** Local files of versions, and their distribution to other machines. */
import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { objectStore } from '../objects/object-store.ts';
import { getFolder, putFolder, removeFolder, type StoredFolder } from '../objects/stored-folder.ts';
import { resultHash } from '../result-files.ts';
import { newId } from './jobs.ts';
import type { Registry } from './registry-database.ts';
import { newObject } from './new-objects.ts';
import { addVersion, versionName, type ModelVersion, type NewVersion } from './versions.ts';

/**
 * Registers a version and stores its folder in the object store, if there is one. @throws AttuneError E_MODEL_NAME,
 * E_LEASE_LOST, E_OBJECTS…
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

/** Local folder of a version, with its files. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
export async function fetchVersion({ folder, stored }: Pick<ModelVersion, 'folder' | 'stored'>): Promise<string> {
  return stored === undefined ? folder : getFolder(objectStore(), stored);
}

/** @throws AttuneError E_VERSION_CHANGED if a version's local files differ from those registered */
export async function requireUnchanged(version: ModelVersion, folder: string): Promise<void> {
  const { model, hashes } = version;
  // A missing folder is reported where the model is opened.
  if (hashes.files === undefined || !existsSync(folder)) return;
  const found = await resultHash(folder);
  if (found === hashes.files) return;
  throw new AttuneError('E_VERSION_CHANGED', {
    what: `The files of ${versionName(version)} in ${folder} have changed since they were registered`,
    got: `SHA-256 ${found}`,
    expected: hashes.files,
    fix: `restore them, or register them as a new version: attune models register ${model} ${version.runFolder ?? folder}`,
  });
}

/** Deletes a version's files from the object store. @throws AttuneError E_OBJECTS… */
export async function removeStored(stored: StoredFolder | undefined): Promise<void> {
  if (stored !== undefined) await removeFolder(objectStore(), stored);
}
