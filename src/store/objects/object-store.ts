/** Files shared by servers: uploads, models, checkpoints. ATTUNE_OBJECTS names their store. */
import { join } from 'node:path';
import { attuneHome } from '../../base/home.ts';
import { markFirstUse } from './object-copies.ts';
import { FolderStore, type ObjectStore } from './folder-store.ts';
import { S3Store } from './s3-store.ts';
import { parseS3Url } from './s3-url.ts';

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
