import { sql, type Kysely } from 'kysely';
import type { MigrationProvider } from 'kysely/migration';
import { isPostgres } from '../../store/postgres.ts';

/** All migrations in order; released ones are never edited. */
export const traceMigrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '0001-traces': { up: createTables },
      '0002-corrected': { up: addCorrected },
      '0003-edited': { up: addEdited },
      '0004-arrivals': { up: addArrivals },
      '0005-responses': { up: createResponses },
      '0006-monitors': { up: createMonitors },
      '0007-kept-objects': { up: addKeptObjects },
    }),
};

export const keyMigrations: MigrationProvider = {
  getMigrations: () => Promise.resolve({ '0001-keys': { up: createKeys } }),
};

async function createTables(database: Kysely<unknown>): Promise<void> {
  await createTraces(database);
  await createFeedback(database);
  await createBaselines(database);
  await createAlarms(database);
}

async function createTraces({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('traces')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('choice', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('key', 'text')
    .addColumn('user', 'text')
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('milliseconds', 'double precision', (column) => column.notNull())
    .addColumn('signals', 'text', (column) => column.notNull())
    .addColumn('label', 'text')
    .addColumn('confidence', 'double precision')
    .addColumn('words', 'blob')
    .addColumn('text', 'blob')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('traces_key', ['id', 'choice'])
    .execute();
  await schema.createIndex('traces_of_version').on('traces').columns(['model', 'version', 'at']).execute();
  await schema.createIndex('traces_of_user').on('traces').column('user').execute();
  await schema.createIndex('traces_expiry').on('traces').column('expires_at').execute();
}

async function createBaselines({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('baselines')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('frozen_at', 'bigint', (column) => column.notNull())
    .addColumn('period_from', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('baselines_key', ['model', 'version'])
    .execute();
}

async function createAlarms({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('alarms')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('signal', 'text', (column) => column.notNull())
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('resolved_at', 'bigint')
    .addColumn('found', 'text', (column) => column.notNull())
    .addColumn('silenced', 'text')
    .execute();
}

async function createFeedback({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('feedback')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('trace', 'text', (column) => column.notNull())
    .addColumn('choice', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('key', 'text')
    .addColumn('user', 'text')
    .addColumn('thumb', 'integer')
    .addColumn('score', 'double precision')
    .addColumn('label', 'text')
    .addColumn('text', 'blob')
    .execute();
  await schema.createIndex('feedback_of_trace').on('feedback').columns(['trace', 'choice']).execute();
  await schema.createIndex('feedback_of_model').on('feedback').columns(['model', 'at']).execute();
  await schema.createIndex('feedback_of_user').on('feedback').column('user').execute();
}

/** Texts are encrypted, so the number of corrections is stored separately. */
async function addCorrected({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('feedback').addColumn('corrected', 'integer').execute();
}

/** Share of the answer that a correction changes, for tests that cannot read the texts. */
async function addEdited({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('feedback').addColumn('edited', 'double precision').execute();
}

/** If servers share a database, one of them tests all answers, in order of arrival. */
async function addArrivals(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  for (const table of ['traces', 'feedback']) {
    await schema.alterTable(table).addColumn('arrival', 'bigint').execute();
    await schema.createIndex(`${table}_arrival`).on(table).column('arrival').execute();
  }
  await schema
    .createTable('testers')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute();
  if (!isPostgres(database)) return;
  await sql`create sequence arrivals`.execute(database);
  for (const table of ['traces', 'feedback'])
    await sql`alter table ${sql.table(table)} alter column arrival set default nextval('arrivals')`.execute(database);
}

/** Conversations, which any server may continue. */
async function createResponses({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('responses')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('key', 'text')
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('text', 'blob', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('responses_of_user').on('responses').column('user').execute();
  await schema.createIndex('responses_expiry').on('responses').column('expires_at').execute();
}

/** Chat completions and conversations are kept like responses, and listed. */
async function addKeptObjects(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .alterTable('responses')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('response'))
    .execute();
  await schema.alterTable('responses').addColumn('parent', 'text').execute();
  await schema.alterTable('responses').addColumn('arrival', 'bigint').execute();
  await schema.alterTable('responses').addColumn('head', 'blob').execute();
  await schema.createIndex('responses_of_parent').on('responses').column('parent').execute();
  await schema
    .createIndex('responses_in_order')
    .on('responses')
    .columns(['key', 'kind', 'parent', 'arrival'])
    .execute();
  if (!isPostgres(database)) return;
  await sql`alter table responses alter column arrival set default nextval('arrivals')`.execute(database);
}

async function createMonitors({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('monitors')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('format', 'integer', (column) => column.notNull())
    .addColumn('period_from', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('monitors_key', ['model', 'version'])
    .execute();
}

async function createKeys({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('secrets')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'blob', (column) => column.notNull())
    .execute();
  await schema
    .createTable('user_keys')
    .addColumn('user', 'text', (column) => column.primaryKey())
    .addColumn('key', 'blob', (column) => column.notNull())
    .execute();
}
