/** Files that are sent in parts. */
import { rmSync } from 'node:fs';
import type { Selectable } from 'kysely';
import type { Registry } from './database.ts';
import { partPath } from './files.ts';
import type { UploadPartsTable, UploadsTable } from './tables.ts';

export type Upload = Selectable<UploadsTable>;
export type UploadPart = Selectable<UploadPartsTable>;

export async function addUpload(registry: Registry, upload: Upload): Promise<Upload> {
  await registry.insertInto('uploads').values(upload).execute();
  return upload;
}

/** Undefined where it is not there, or is somebody else's. */
export async function findUpload(registry: Registry, id: string, owner: string): Promise<Upload | undefined> {
  return registry.selectFrom('uploads').selectAll().where('id', '=', id).where('owner', '=', owner).executeTakeFirst();
}

/** Of a key: those that wait for parts, with the bytes that were announced. */
export async function openUploads(registry: Registry, owner: string): Promise<Upload[]> {
  return registry
    .selectFrom('uploads')
    .selectAll()
    .where('owner', '=', owner)
    .where('status', '=', 'pending')
    .where('expires_at', '>', Date.now())
    .execute();
}

export async function addPart(registry: Registry, part: UploadPart): Promise<void> {
  await registry.insertInto('upload_parts').values(part).execute();
}

export async function partsOf(registry: Registry, upload: string): Promise<UploadPart[]> {
  return registry.selectFrom('upload_parts').selectAll().where('upload', '=', upload).execute();
}

/** Ends an upload: its parts are gone. */
export async function endUpload(
  registry: Registry,
  id: string,
  end: Pick<Upload, 'status'> & { file?: string },
): Promise<void> {
  await registry.updateTable('uploads').set(end).where('id', '=', id).execute();
  for (const part of await partsOf(registry, id)) rmSync(partPath(part.id), { force: true });
  await registry.deleteFrom('upload_parts').where('upload', '=', id).execute();
}

/** Ends those whose hour is over. */
export async function endExpiredUploads(registry: Registry, now = Date.now()): Promise<void> {
  const over = await registry
    .selectFrom('uploads')
    .select('id')
    .where('status', '=', 'pending')
    .where('expires_at', '<=', now)
    .execute();
  for (const { id } of over) await endUpload(registry, id, { status: 'expired' });
}
