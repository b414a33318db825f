import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Objects in a store are identified by hashes. */
export const objects: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema.alterTable('versions').addColumn('stored', 'text').execute();
    await schema
      .alterTable('upload_parts')
      .addColumn('sha256', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
  },
};
