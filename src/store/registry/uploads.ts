/** Files uploaded in parts. */
import type { Selectable } from 'kysely';
import { objectStore } from '../objects/object-store.ts';
import type { Registry } from './registry-database.ts';
import { newObject } from './new-objects.ts';
import type { UploadPartsTable, UploadsTable } from './tables.ts';
import type { StoredObject } from '../objects/folder-store.ts';

export type Upload = Selectable<UploadsTable>;
export type UploadPart = Selectable<UploadPartsTable>;

export async function addUpload(registry: Registry, upload: Upload): Promise<Upload> {
  await registry.insertInto('uploads').values(upload).execute();
  return upload;
}

/** Undefined if it does not exist or has another owner. */
export async function findUpload(registry: Registry, id: string, owner: string): Promise<Upload | undefined> {
  return registry.selectFrom('uploads').selectAll().where('id', '=', id).where('owner', '=', owner).executeTakeFirst();
}

/** A key's unfinished uploads, with their announced size. */
export async function openUploads(registry: Registry, owner: string): Promise<Upload[]> {
  return registry
    .selectFrom('uploads')
    .selectAll()
    .where('owner', '=', owner)
    .where('status', '=', 'pending')
    .where('expires_at', '>', Date.now())
    .execute();
}

function objectOf({ id, bytes, sha256 }: Omit<UploadPart, 'upload' | 'created_at'>): StoredObject {
  return { key: `parts/${id}`, bytes, sha256 };
}

/** Local path of a part's content. */
function partPath(id: string): string {
  return objectStore().pathOf(`parts/${id}`);
}

/** Local path of a part, once its content is present. @throws AttuneError E_OBJECTS… */
export function fetchPart(part: UploadPart): Promise<string> {
  return objectStore().get(objectOf(part));
}

/** Adds a part. @param write creates the content at the path and describes it. @throws AttuneError E_OBJECTS… */
export function addPart(
  registry: Registry,
  id: string,
  write: (path: string) => Promise<Omit<UploadPart, 'id'>> | Omit<UploadPart, 'id'>,
): Promise<UploadPart> {
  return newObject(registry, `parts/${id}`, async (settle) => {
    const part = { ...(await write(partPath(id))), id };
    await objectStore().put(objectOf(part));
    await registry.transaction().execute(async (transaction) => {
      await settle(transaction);
      await transaction.insertInto('upload_parts').values(part).execute();
    });
    return part;
  });
}

export async function partsOf(registry: Registry, upload: string): Promise<UploadPart[]> {
  return registry.selectFrom('upload_parts').selectAll().where('upload', '=', upload).execute();
}

/** Ends an upload and deletes its parts. */
export async function endUpload(
  registry: Registry,
  id: string,
  end: Pick<Upload, 'status'> & { file?: string },
): Promise<void> {
  await registry.updateTable('uploads').set(end).where('id', '=', id).execute();
  await removeParts(registry, id);
}

async function removeParts(registry: Registry, upload: string): Promise<void> {
  for (const part of await partsOf(registry, upload)) await objectStore().remove(objectOf(part).key);
  await registry.deleteFrom('upload_parts').where('upload', '=', upload).execute();
}

/** Ends expired uploads, and deletes parts that could not be deleted earlier. */
export async function endExpiredUploads(registry: Registry, now = Date.now()): Promise<void> {
  const over = await registry
    .selectFrom('uploads')
    .select('id')
    .where('status', '=', 'pending')
    .where('expires_at', '<=', now)
    .execute();
  for (const { id } of over) await endUpload(registry, id, { status: 'expired' });
  const left = await registry
    .selectFrom('upload_parts')
    .innerJoin('uploads', 'uploads.id', 'upload_parts.upload')
    .select('upload')
    .distinct()
    .where('status', '!=', 'pending')
    .execute();
  for (const { upload } of left) await removeParts(registry, upload);
}
