/** Servers that serve the registry's models, each with the versions that it is ready to answer by. */
import { parseJson } from '../files/json.ts';
import type { Registry } from './database.ts';

/** One that has not been seen for so long is gone. */
const LOST_MS = 10_000;

/**
 * Says that a server is alive, and what it holds; the rows of those that are gone are removed.
 * @param isChanged whether others are to be told of what it holds
 */
export async function beat(
  registry: Registry,
  { id, holds, isChanged }: { id: string; holds: ReadonlySet<string>; isChanged: boolean },
): Promise<void> {
  const now = Date.now();
  await registry
    .deleteFrom('replicas')
    .where('seen_at', '<', now - LOST_MS)
    .where('id', '!=', id)
    .execute();
  if (!isChanged) {
    const { numUpdatedRows } = await registry
      .updateTable('replicas')
      .set({ seen_at: now })
      .where('id', '=', id)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return;
  }
  const row = { seen_at: now, holds: JSON.stringify([...holds]) };
  await registry
    .insertInto('replicas')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** What each of the other servers holds that are alive. */
export async function otherReplicas(registry: Registry, id: string): Promise<ReadonlySet<string>[]> {
  const rows = await registry
    .selectFrom('replicas')
    .select('holds')
    .where('id', '!=', id)
    .where('seen_at', '>=', Date.now() - LOST_MS)
    .execute();
  return rows.map(({ holds }) => new Set(parseJson(holds) as string[]));
}

/** A server that ends is waited for by nobody. */
export async function removeReplica(registry: Registry, id: string): Promise<void> {
  await registry.deleteFrom('replicas').where('id', '=', id).execute();
}
