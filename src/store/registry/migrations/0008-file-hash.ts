import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A version is known by all files of its folder, tokenizer and template among them; null for versions registered earlier. */
export const fileHash: Migration = {
  async up({ schema }: Kysely<unknown>) {
    await schema.alterTable('versions').addColumn('files_hash', 'text').execute();
  },
};
