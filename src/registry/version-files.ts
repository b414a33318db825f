/** Where the files of a version are on this machine, and how they get to the others. */
import { objectStore } from '../store/objects/object-store.ts';
import { getFolder, putFolder, removeFolder, type StoredFolder } from '../store/objects/stored-folder.ts';
import { newId } from './jobs.ts';
import type { ModelVersion } from './versions.ts';

/** Keeps a version's folder in the object store; undefined where there is only a folder. @throws AttuneError E_OBJECTS… */
export async function storeVersion(folder: string): Promise<StoredFolder | undefined> {
  const store = objectStore();
  return store.isFolder ? undefined : putFolder(store, folder, `models/${newId('')}`);
}

/** The version's folder on this machine, with its files. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
export async function fetchVersion({ folder, stored }: Pick<ModelVersion, 'folder' | 'stored'>): Promise<string> {
  return stored === undefined ? folder : getFolder(objectStore(), stored);
}

/** Deletes what is kept of a version in the object store. @throws AttuneError E_OBJECTS… */
export async function removeStored(stored: StoredFolder | undefined): Promise<void> {
  if (stored !== undefined) await removeFolder(objectStore(), stored);
}
