import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const models: Migration = {
  async up(database: Kysely<unknown>) {
    await createModels(database);
    await createAliases(database);
    await createRollouts(database);
    await createAudit(database);
  },
};

async function createModels({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('registered_models')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('owner', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .execute();
  await schema
    .createTable('versions')
    .addColumn('model', 'text', (column) => column.notNull().references('registered_models.name'))
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('run', 'text')
    .addColumn('run_folder', 'text')
    .addColumn('folder', 'text', (column) => column.notNull())
    .addColumn('base', 'text')
    .addColumn('weights_hash', 'text', (column) => column.notNull())
    .addColumn('base_hash', 'text')
    .addColumn('template_hash', 'text')
    .addColumn('data_hashes', 'text', (column) => column.notNull())
    .addColumn('verdict', 'text')
    .addColumn('gate', 'text')
    .addColumn('sign_off', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('versions_key', ['model', 'version'])
    .execute();
}

async function createAliases({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('aliases')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('aliases_key', ['model', 'alias'])
    .addForeignKeyConstraint('aliases_version', ['model', 'version'], 'versions', ['model', 'version'])
    .execute();
  await schema
    .createTable('alias_history')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('from_version', 'integer')
    .addColumn('to_version', 'integer')
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createRollouts({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('rollouts')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('from_version', 'integer', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('share', 'double precision', (column) => column.notNull())
    .addColumn('shadow_pairs', 'integer', (column) => column.notNull())
    .addColumn('bake_ms', 'bigint', (column) => column.notNull())
    .addColumn('guards', 'text', (column) => column.notNull())
    .addColumn('counts', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('stage_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('reason', 'text')
    .addColumn('by', 'text', (column) => column.notNull())
    .execute();
}

async function createAudit({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('audit')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('hashes', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
}
