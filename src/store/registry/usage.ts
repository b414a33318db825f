/** Hourly usage by key and model. */
import type { Registry } from './registry-database.ts';
import type { UsageTable } from './tables.ts';

export type Usage = UsageTable;

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Adds to the stored amounts; several servers may do so. */
export async function addUsage(registry: Registry, entries: readonly Usage[]): Promise<void> {
  if (entries.length === 0) return;
  await registry.transaction().execute(async (transaction) => {
    for (const entry of entries)
      await transaction
        .insertInto('usage')
        .values(entry)
        .onConflict((conflict) =>
          conflict.columns(['key', 'model', 'hour']).doUpdateSet((row) => ({
            requests: row('usage.requests', '+', entry.requests),
            input_tokens: row('usage.input_tokens', '+', entry.input_tokens),
            cached_tokens: row('usage.cached_tokens', '+', entry.cached_tokens),
            output_tokens: row('usage.output_tokens', '+', entry.output_tokens),
          })),
        )
        .execute();
  });
}

export interface UsageWish {
  /** Milliseconds since the epoch; `to` is exclusive. */
  from: number;
  to?: number;
  keys?: readonly string[];
  models?: readonly string[];
}

/** Ordered by time. */
export async function usageOf(registry: Registry, { from, to, keys, models }: UsageWish): Promise<Usage[]> {
  let query = registry.selectFrom('usage').selectAll().where('hour', '>=', from).orderBy('hour');
  if (to !== undefined) query = query.where('hour', '<', to);
  if (keys !== undefined) query = query.where('key', 'in', keys);
  if (models !== undefined) query = query.where('model', 'in', models);
  return query.execute();
}
