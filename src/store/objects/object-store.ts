/** Files shared by servers: uploads, models, checkpoints. ATTUNE_OBJECTS names their store. */
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

/** Objects in use lie in a local folder, at `pathOf(key)`; new ones are written there first. */
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

let opened: { name: string; store: ObjectStore } | undefined;

/** Local folder in which objects are stored or cached. */
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
