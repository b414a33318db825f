import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Servers of a registry: a route changes only after all of them have loaded its target. */
export const replicas: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema
      .createTable('replicas')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .addColumn('holds', 'text', (column) => column.notNull())
      .execute();
  },
};
