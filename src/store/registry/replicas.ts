/** Servers of a registry, each with the versions that it is ready to serve. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson } from '../../files/json.ts';
import type { SilenceWatch } from '../silence-watch.ts';
import type { Registry } from './registry-database.ts';
import type { ReplicasTable } from './tables.ts';

/** A server whose heartbeat has not changed for this long is considered gone. */
export const REPLICA_LOST_MS = 10_000;
/** Polling interval while waiting for heartbeats. */
const LOOK_MS = 500;

/**
 * Records that a server is alive and which versions it holds; removes the rows of servers that are gone.
 * @param isChanged whether to notify others of the versions it holds. @returns whether any server has gone since
 */
export async function beat(
  registry: Registry,
  { id, holds, isChanged, watch }: { id: string; holds: ReadonlySet<string>; isChanged: boolean; watch: SilenceWatch },
): Promise<boolean> {
  const isOneGone = await removeSilent(registry, id, watch);
  const now = Date.now();
  if (!isChanged) {
    const { numUpdatedRows } = await registry
      .updateTable('replicas')
      .set({ seen_at: now })
      .where('id', '=', id)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return isOneGone;
  }
  const row = { seen_at: now, holds: JSON.stringify([...holds]) };
  await registry
    .insertInto('replicas')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
  return isOneGone;
}

async function removeSilent(registry: Registry, id: string, watch: SilenceWatch): Promise<boolean> {
  const asked = performance.now();
  const others = (await signsOf(registry)).filter((one) => one.id !== id);
  const silent = watch.silent(others.map(textOf), asked);
  for (const other of others) {
    if (!silent.has(textOf(other))) continue;
    const gone = registry.deleteFrom('replicas').where('id', '=', other.id);
    await gone.where('seen_at', '=', other.seen_at).execute();
  }
  return silent.size > 0;
}

type Sign = Pick<ReplicasTable, 'id' | 'seen_at'>;

function signsOf(registry: Registry): Promise<Sign[]> {
  return registry.selectFrom('replicas').select(['id', 'seen_at']).execute();
}

function textOf({ id, seen_at: seenAt }: Sign): string {
  return `${id} ${seenAt}`;
}

/**
 * Counts servers with a new heartbeat; if there are stale entries, ten seconds may pass until it is certain that none
 * is alive.
 */
export async function liveReplicas(registry: Registry): Promise<number> {
  const known = new Set((await signsOf(registry)).map(textOf));
  const end = performance.now() + REPLICA_LOST_MS;
  while (known.size > 0 && performance.now() < end) {
    await sleep(LOOK_MS);
    const live = (await signsOf(registry)).filter((one) => !known.has(textOf(one)));
    if (live.length > 0) return live.length;
  }
  return 0;
}

/** Versions held by each other server that may be alive. */
export async function otherReplicas(registry: Registry, id: string): Promise<ReadonlySet<string>[]> {
  const rows = await registry.selectFrom('replicas').select('holds').where('id', '!=', id).execute();
  return rows.map(({ holds }) => new Set(parseJson(holds) as string[]));
}

/** Removes a server that shuts down, so that others no longer wait for it. */
export async function removeReplica(registry: Registry, id: string): Promise<void> {
  await registry.deleteFrom('replicas').where('id', '=', id).execute();
}
