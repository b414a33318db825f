import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A version is identified by all files of its folder, including tokenizer and template; null for older versions. */
export const fileHash: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema.alterTable('versions').addColumn('files_hash', 'text').execute();
  },
};
