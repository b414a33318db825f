import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What lies in an object store is told by hashes. */
export const objects: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema.alterTable('versions').addColumn('stored', 'text').execute();
    await schema
      .alterTable('upload_parts')
      .addColumn('sha256', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
