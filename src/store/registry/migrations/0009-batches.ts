import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const batches: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema
      .createTable('batches')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('input_file', 'text', (column) => column.notNull())
      .addColumn('metadata', 'text', (column) => column.notNull())
      .addColumn('file_seconds', 'integer')
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('errors', 'text', (column) => column.notNull())
      .addColumn('output_file', 'text')
      .addColumn('error_file', 'text')
      .addColumn('total', 'integer', (column) => column.notNull())
      .addColumn('completed', 'integer', (column) => column.notNull())
      .addColumn('failed', 'integer', (column) => column.notNull())
      .addColumn('times', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('worker', 'text')
      .addColumn('lease', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema
      .createTable('batch_items')
      .addColumn('batch', 'text', (column) => column.notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('status', 'integer', (column) => column.notNull())
      .addColumn('line', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('batch_items_place', ['batch', 'place'])
      .execute();
  },
};
