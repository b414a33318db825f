/** Files that servers share: uploads, models, checkpoints. Where they are kept is said by ATTUNE_OBJECTS. */
import { join } from 'node:path';
import { attuneHome } from '../../base/home.ts';
import { markFirstUse } from './copies.ts';
import { FolderStore } from './folder-store.ts';
import { S3Store } from './s3-store.ts';
import { parseS3Url } from './s3-url.ts';

/** A file under a key, such as `files/file-….jsonl`. Objects are immutable. */
export interface StoredObject {
  key: string;
  bytes: number;
  sha256: string;
}

/** Every object that is used lies in a folder of this machine, at `pathOf(key)`; a new one is written there first. */
export interface ObjectStore {
  /** Named for people, without credentials. */
  readonly place: string;
  /** Whether the folder of this machine is all there is. */
  readonly isFolder: boolean;
  pathOf(key: string): string;
  /** Keeps an object whose file is at its path: whole, or not at all. @throws AttuneError E_OBJECTS…, E_OBJECT_CHANGED */
  put(object: StoredObject): Promise<void>;
  /** Its path, once the bytes are there that were put. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
  get(object: StoredObject): Promise<string>;
  /** Removes the local copy and the object; missing ones are ignored. @throws AttuneError E_OBJECTS… */
  remove(key: string): Promise<void>;
  /** Keys that begin like this, in order. @throws AttuneError E_OBJECTS… */
  list(prefix: string): AsyncIterable<string>;
  /** Refuses a store that cannot be used. @throws AttuneError E_OBJECTS… */
  check(): Promise<void>;
}

let opened: { name: string; store: ObjectStore } | undefined;

/** The folder of this machine, in which objects lie or are cached. */
export function objectsFolder(): string {
  return join(attuneHome(), 'training');
}

/** The store named by ATTUNE_OBJECTS, otherwise the folder alone. @throws AttuneError E_OBJECTS_URL */
export function objectStore(url = process.env.ATTUNE_OBJECTS ?? ''): ObjectStore {
  const folder = objectsFolder();
  const name = JSON.stringify([url, folder]);
  if (opened?.name === name) return opened.store;
  const store = url === '' ? new FolderStore(folder) : new S3Store(parseS3Url(url, 'ATTUNE_OBJECTS'), folder);
  if (!store.isFolder) markFirstUse(folder);
  opened = { name, store };
  return store;
}
