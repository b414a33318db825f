/** Files of the training API: a row in the registry, and the content in the object store under a generated name. */
import type { Selectable } from 'kysely';
import { objectStore } from '../objects/object-store.ts';
import type { Registry } from './registry-database.ts';
import { newObject } from './new-objects.ts';
import type { FilesTable } from './tables.ts';

export type StoredFile = Selectable<FilesTable>;

function fileKey(id: string): string {
  return `files/${id}.jsonl`;
}

/** Local path of a file's content. */
export function filePath(id: string): string {
  return objectStore().pathOf(fileKey(id));
}

/** Local folder of a job's run. */
export function jobFolder(id: string): string {
  return objectStore().pathOf(`jobs/${id}`);
}

/** Local path of a file, once its content is present. @throws AttuneError E_OBJECTS…, E_OBJECT_MISSING, E_OBJECT_CHANGED */
export function fetchFile({ id, bytes, sha256 }: Pick<StoredFile, 'id' | 'bytes' | 'sha256'>): Promise<string> {
  return objectStore().get({ key: fileKey(id), bytes, sha256 });
}

/**
 * Adds a file once per id. @param write creates the content at the path and describes it. @throws AttuneError
 * E_OBJECTS…, and its errors
 */
export function addFile(
  registry: Registry,
  id: string,
  write: (path: string) => Promise<Omit<StoredFile, 'id'>> | Omit<StoredFile, 'id'>,
): Promise<StoredFile> {
  const key = fileKey(id);
  return newObject(registry, key, async (settle) => {
    const file = { ...(await write(filePath(id))), id };
    const { bytes, sha256 } = file;
    await objectStore().put({ key, bytes, sha256 });
    await registry.transaction().execute(async (transaction) => {
      await settle(transaction);
      const row = transaction.insertInto('files').values(file);
      await row.onConflict((conflict) => conflict.doNothing()).execute();
    });
    return file;
  });
}

/** Undefined if it does not exist, has expired, or has another owner. */
export async function findFile(registry: Registry, id: string, owner: string): Promise<StoredFile | undefined> {
  const row = await registry
    .selectFrom('files')
    .selectAll()
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
  return row !== undefined && isThere(row) ? row : undefined;
}

/** In order of creation. */
export async function filesOf(registry: Registry, owner: string): Promise<StoredFile[]> {
  const rows = await registry
    .selectFrom('files')
    .selectAll()
    .where('owner', '=', owner)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.filter(isThere);
}

function isThere({ expires_at: expires }: StoredFile): boolean {
  return expires === null || expires > Date.now();
}

/** Deletes a file with its content. @throws AttuneError E_OBJECTS… */
export async function removeFile(registry: Registry, id: string): Promise<void> {
  await objectStore().remove(fileKey(id));
  await registry.deleteFrom('files').where('id', '=', id).execute();
}

/** Deletes the content of expired files. */
export async function removeExpired(registry: Registry, now = Date.now()): Promise<void> {
  const rows = await registry.selectFrom('files').select('id').where('expires_at', '<=', now).execute();
  for (const { id } of rows) await removeFile(registry, id);
}
