import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Usage per key, and machine time per job. */
export const usage: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema
      .createTable('usage')
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('hour', 'bigint', (column) => column.notNull())
      .addColumn('requests', 'bigint', (column) => column.notNull())
      .addColumn('input_tokens', 'bigint', (column) => column.notNull())
      .addColumn('cached_tokens', 'bigint', (column) => column.notNull())
      .addColumn('output_tokens', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('usage_of', ['key', 'model', 'hour'])
      .execute();
    await schema.createIndex('usage_by_time').on('usage').column('hour').execute();
    for (const column of ['turn_at', 'spent_seconds'])
      await schema
        .alterTable('jobs')
        .addColumn(column, 'bigint', (made) => made.notNull().defaultTo(0))
        .execute();
  },
};
