/**
 * Tracks objects from their first byte until their row exists. They are recorded before they are written: if the
 * process dies, this registry removes its leftovers after a day. Unknown objects are never removed, since several
 * registries may share a bucket.
 */
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { AttuneError } from '../../base/errors.ts';
import { objectStore } from '../objects/object-store.ts';
import { isStoreFailure } from '../objects/s3-failure.ts';
import { placeOfPart } from '../store-place.ts';
import type { Registry, RegistryTransaction } from './registry-database.ts';
import type { UnfinishedObjectsTable } from './tables.ts';

/** Age at which unregistered objects are deleted. */
const GRACE_MS = 86_400_000;
/** Marks records whose objects are being removed: the write can no longer be completed. */
const GIVEN_UP = -1;
const GIVEN_UP_CODE = 'E_OBJECTS_GIVEN_UP';

/** Awaited in the transaction that adds the row. @throws AttuneError E_OBJECTS_GIVEN_UP */
export type Settle = (transaction: RegistryTransaction) => Promise<void>;

/** @param key of the object, or prefix of several. @param work writes the content, then the row */
export async function newObject<Result>(
  registry: Registry,
  key: string,
  work: (settle: Settle) => Promise<Result>,
): Promise<Result> {
  const note = { key, begun_at: Date.now(), place: ownPlace() };
  await registry.transaction().execute(async (transaction) => {
    const notes = transaction.selectFrom('unfinished_objects').select('begun_at').where('key', '=', key);
    if ((await notes.executeTakeFirst())?.begun_at === GIVEN_UP) throw givenUp(key);
    await writeNote(transaction, note);
  });
  try {
    return await work((transaction) => settle(transaction, note));
  } catch (error) {
    // The original error is thrown; failed cleanup is repeated later.
    await leave(registry, note, error).catch(() => undefined);
    throw error;
  }
}

type Note = UnfinishedObjectsTable;

async function writeNote(registry: Registry, note: Note): Promise<void> {
  const insert = registry.insertInto('unfinished_objects').values(note);
  await insert.onConflict((conflict) => conflict.column('key').doUpdateSet(note)).execute();
}

async function leave(registry: Registry, note: Note, error: unknown): Promise<void> {
  if (!isStoreFailure(error)) return giveUp(registry, note.key);
  // Does not wait for an unresponsive bucket: the sweep removes leftovers.
  rmSync(objectStore().pathOf(note.key), { recursive: true, force: true });
  if ((error as AttuneError).code === GIVEN_UP_CODE) await writeNote(registry, { ...note, begun_at: GIVEN_UP });
}

async function settle(transaction: RegistryTransaction, note: Note): Promise<void> {
  const { numDeletedRows } = await transaction
    .deleteFrom('unfinished_objects')
    .where('key', '=', note.key)
    .where('begun_at', '=', note.begun_at)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw givenUp(note.key);
}

function givenUp(key: string): AttuneError {
  return new AttuneError(GIVEN_UP_CODE, {
    what: `The upload of ${key} was abandoned before it was complete`,
    got: 'it started more than a day ago, or another process is writing the object',
    fix: 'start again',
  });
}

/** Removes objects left by processes that died before adding a row. @throws AttuneError E_OBJECTS… */
export async function removeUnfinished(registry: Registry, now = Date.now()): Promise<void> {
  const old = await registry
    .selectFrom('unfinished_objects')
    .select('key')
    .where('place', '=', ownPlace())
    .where('begun_at', '<=', now - GRACE_MS)
    .execute();
  for (const { key } of old) await giveUp(registry, key);
}

async function giveUp(registry: Registry, key: string): Promise<void> {
  const isLeft = await registry.transaction().execute(async (transaction) => {
    const note = transaction.updateTable('unfinished_objects').set({ begun_at: GIVEN_UP }).where('key', '=', key);
    // The write was repeated under the same key, or completed after all.
    if (!(await hasRow(transaction, key))) return (await note.executeTakeFirst()).numUpdatedRows > 0n;
    await transaction.deleteFrom('unfinished_objects').where('key', '=', key).execute();
    return false;
  });
  if (!isLeft) return;
  const store = objectStore();
  rmSync(store.pathOf(key), { recursive: true, force: true });
  for await (const one of store.list(key)) await store.remove(one);
  await registry.deleteFrom('unfinished_objects').where('key', '=', key).where('begun_at', '=', GIVEN_UP).execute();
}

async function hasRow(transaction: RegistryTransaction, key: string): Promise<boolean> {
  const [kind, name] = key.split('/');
  const rows = {
    files: () =>
      transaction
        .selectFrom('files')
        .select('id')
        .where('id', '=', name.replace(/\.jsonl$/, '')),
    parts: () => transaction.selectFrom('upload_parts').select('id').where('id', '=', name),
    models: () => transaction.selectFrom('versions').select('model as id').where('stored', 'like', `%"${key}"%`),
  };
  return (await rows[kind as keyof typeof rows]().executeTakeFirst()) !== undefined;
}

function ownPlace(): string {
  const place = placeOfPart('registry');
  if (typeof place === 'string') return `${hostname()}:${place}`;
  const { host, pathname } = new URL(place.url);
  return `${host}${pathname}`;
}
