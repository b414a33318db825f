/** The registry's records of objects: each file of the training API, and every registered version. */
import { existsSync } from 'node:fs';
import { sha256File } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import { objectStore } from '../objects/object-store.ts';
import { removeFolder, type StoredFolder } from '../objects/stored-folder.ts';
import type { Registry } from './registry-database.ts';
import type { StoredObject } from '../objects/folder-store.ts';

/** Files and parts of uploads, without expired ones. */
export async function storedObjects(registry: Registry): Promise<StoredObject[]> {
  const now = Date.now();
  const files = await registry
    .selectFrom('files')
    .selectAll()
    .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('id')
    .execute();
  await hashOldParts(registry);
  const parts = await registry.selectFrom('upload_parts').selectAll().orderBy('id').execute();
  return [
    ...files.map(({ id, bytes, sha256 }) => ({ key: `files/${id}.jsonl`, bytes, sha256 })),
    ...parts.map(({ id, bytes, sha256 }) => ({ key: `parts/${id}`, bytes, sha256 })),
  ];
}

/** Computes hashes that older parts lack; their content is only on this machine. */
async function hashOldParts(registry: Registry): Promise<void> {
  const parts = await registry.selectFrom('upload_parts').select('id').where('sha256', '=', '').execute();
  for (const { id } of parts) {
    const path = objectStore().pathOf(`parts/${id}`);
    if (!existsSync(path)) continue;
    const sha256 = await sha256File(path);
    await registry.updateTable('upload_parts').set({ sha256 }).where('id', '=', id).execute();
  }
}

/** Records the new location of a version's files: the object store, or a folder only. */
export async function recordPlace(
  registry: Registry,
  { model, version }: { model: string; version: number },
  { folder, stored }: { folder: string; stored?: StoredFolder },
): Promise<void> {
  await registry
    .updateTable('versions')
    .set({ folder, stored: stored === undefined ? null : JSON.stringify(stored) })
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
}

/** Deletes objects of versions that were deleted while the bucket was unavailable. @throws AttuneError E_OBJECTS… */
export async function removeDeletedVersions(registry: Registry): Promise<void> {
  if (objectStore().isFolder) return;
  for (const { stored, isDeleted, made, ...version } of await placesOfVersions(registry)) {
    if (!isDeleted || stored === undefined || stored.files.length === 0) continue;
    await removeFolder(objectStore(), stored);
    // The key stays, since other machines need it to delete their copies.
    await recordPlace(registry, version, { folder: made, stored: { ...stored, files: [] } });
  }
}

/** For every version: the registered folder and the stored files. */
export async function placesOfVersions(registry: Registry) {
  const rows = await registry
    .selectFrom('versions')
    .innerJoin('registered_models', 'registered_models.name', 'versions.model')
    .select(['model', 'version', 'versions.folder', 'stored', 'deleted_at'])
    .execute();
  return rows.map(({ model, version, folder: made, stored, deleted_at: deletedAt }) => ({
    model,
    version,
    made,
    stored: stored === null ? undefined : (parseJson(stored) as StoredFolder),
    isDeleted: deletedAt !== null,
  }));
}
