/** Files of the training API: a row in the registry, and their bytes in a folder under a name of ours. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Selectable } from 'kysely';
import { registryPath, type Registry } from './database.ts';
import type { FilesTable } from './tables.ts';

export type StoredFile = Selectable<FilesTable>;

/** Where everything of the training API lies. */
export function trainingFolder(): string {
  return join(dirname(registryPath()), 'training');
}

/** The bytes of a file. */
export function filePath(id: string): string {
  return join(trainingFolder(), 'files', `${id}.jsonl`);
}

/** Bytes of a part of an upload. */
export function partPath(id: string): string {
  return join(trainingFolder(), 'parts', id);
}

/** A job's run. */
export function jobFolder(id: string): string {
  return join(trainingFolder(), 'jobs', id);
}

/** Adds a file, once for each id. */
export async function addFile(registry: Registry, file: StoredFile): Promise<StoredFile> {
  await registry
    .insertInto('files')
    .values(file)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return file;
}

/** Undefined where it is not there, has expired, or is somebody else's. */
export async function findFile(registry: Registry, id: string, owner: string): Promise<StoredFile | undefined> {
  const row = await registry
    .selectFrom('files')
    .selectAll()
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
  return row !== undefined && isThere(row) ? row : undefined;
}

/** In the order in which they were made. */
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

/** Forgets a file and its bytes. */
export async function removeFile(registry: Registry, id: string): Promise<void> {
  rmSync(filePath(id), { force: true });
  await registry.deleteFrom('files').where('id', '=', id).execute();
}

/** Removes the bytes of files that have expired. */
export async function removeExpired(registry: Registry, now = Date.now()): Promise<void> {
  const rows = await registry.selectFrom('files').select('id').where('expires_at', '<=', now).execute();
  for (const { id } of rows) await removeFile(registry, id);
}
