import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const runsModelsDataSets: Migration = {
  async up(database: Kysely<unknown>) {
    await createRuns(database);
    await createModels(database);
    await createDataSets(database);
  },
};

async function createRuns(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('runs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('folder', 'text', (column) => column.notNull().unique())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('model', 'text')
    .addColumn('tuning', 'text')
    .addColumn('objective', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addColumn('steps', 'bigint')
    .addColumn('epoch', 'double precision')
    .addColumn('loss', 'double precision')
    .addColumn('metrics', 'text', (column) => column.notNull())
    .addColumn('result', 'text')
    .addColumn('error', 'text')
    .execute();
  await database.schema.createIndex('runs_created_at').on('runs').column('created_at').execute();
}

async function createModels(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('models')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('base', 'text')
    .addColumn('model_type', 'text')
    .addColumn('run', 'text', (column) => column.references('runs.id').onDelete('set null'))
    .addColumn('bytes', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createDataSets(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('data_sets')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('rows', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createTable('run_data_sets')
    .addColumn('run', 'text', (column) => column.notNull().references('runs.id').onDelete('cascade'))
    .addColumn('data_set', 'text', (column) => column.notNull().references('data_sets.hash'))
    .addColumn('split', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_data_sets_key', ['run', 'data_set', 'split'])
    .execute();
}
