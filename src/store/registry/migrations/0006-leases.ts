import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Leases have numbers, and objects are recorded before they are written. */
export const leases: Migration = {
  async up({ schema }: Kysely<unknown>) {
    for (const table of ['jobs', 'eval_runs'])
      await schema
        .alterTable(table)
        .addColumn('lease', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    await schema
      .createTable('unfinished_objects')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('begun_at', 'bigint', (column) => column.notNull())
      .addColumn('place', 'text', (column) => column.notNull())
      .execute();
  },
};
