/** Queue of webhook deliveries. */
import type { Selectable } from 'kysely';
import type { Registry } from './registry-database.ts';
import type { DeliveriesTable } from './tables.ts';

export type Delivery = Selectable<DeliveriesTable>;

export async function addDelivery(registry: Registry, given: Pick<Delivery, 'id' | 'url' | 'body'>): Promise<void> {
  await registry
    .insertInto('deliveries')
    .values({ ...given, attempts: 0, next_at: Date.now(), ended_at: null })
    .execute();
}

/** Deliveries that are due, oldest first. */
export async function dueDeliveries(registry: Registry, now = Date.now()): Promise<Delivery[]> {
  return registry
    .selectFrom('deliveries')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .execute();
}

/** Records an attempt; `next` is the time of the next attempt, if there is one. */
export async function noteAttempt(
  registry: Registry,
  { id, attempts }: Delivery,
  next: number | undefined,
): Promise<void> {
  const change = { attempts: attempts + 1, ...(next === undefined ? { ended_at: Date.now() } : { next_at: next }) };
  await registry.updateTable('deliveries').set(change).where('id', '=', id).execute();
}
