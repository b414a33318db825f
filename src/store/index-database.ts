import { dirname, join } from 'node:path';
import { Kysely } from 'kysely';
import { Migrator, type MigrationProvider } from 'kysely/migration';
import { AttuneError } from '../base/errors.ts';
import { attuneHome } from '../base/home.ts';
import { makeFolders } from '../files/make-folder.ts';
import { NodeSqliteDialect } from './dialect.ts';
import { isNewerDatabase, newerFailure } from './newer-database.ts';
import { openPostgres } from './postgres.ts';
import { migrations } from './migrations/index.ts';
import type { Tables } from './index-tables.ts';
import type { DatabasePlace } from './store-place.ts';

/** The index of runs, models and data sets. It is derived from the run folders and can be deleted and rebuilt. */
export type Index = Kysely<Tables>;

export function indexPath(): string {
  return join(attuneHome(), 'index.sqlite');
}

/**
 * Opens the index and migrates its tables; safe for concurrent processes. Close it with `destroy()`. @throws
 * AttuneError E_INDEX, E_DATABASE_NEWER
 */
export async function openIndex(path: string = indexPath()): Promise<Index> {
  try {
    return await openDatabase<Tables>(path, migrations);
  } catch (error) {
    throw isNewerDatabase(error) ? error : indexFailure(path, error);
  }
}

/** Opens a database and migrates its tables; safe for concurrent processes. @throws E_DATABASE_NEWER */
export async function openDatabase<Schema>(place: DatabasePlace, provider: MigrationProvider): Promise<Kysely<Schema>> {
  let database: Kysely<Schema> | undefined;
  try {
    database = typeof place === 'string' ? openFile<Schema>(place) : await openPostgres<Schema>(place);
    const migrationTableSchema = typeof place === 'string' ? undefined : place.schema;
    const { error } = await new Migrator({ db: database, provider, migrationTableSchema }).migrateToLatest();
    if (error !== undefined) throw await newerFailure(error, database, { place, provider });
    return database;
  } catch (error) {
    await database?.destroy().catch(() => undefined);
    throw error;
  }
}

function openFile<Schema>(path: string): Kysely<Schema> {
  makeFolders(dirname(path));
  return new Kysely<Schema>({ dialect: new NodeSqliteDialect(path) });
}

/** Opens the index for a single use. */
export async function withIndex<Result>(use: (index: Index) => Promise<Result>): Promise<Result> {
  const index = await openIndex();
  try {
    return await use(index);
  } finally {
    await index.destroy();
  }
}

function indexFailure(path: string, error: unknown): AttuneError {
  return new AttuneError('E_INDEX', {
    what: `Cannot open the index of runs, ${path}`,
    got: (error as Error).message,
    fix: 'set ATTUNE_HOME to a folder with write permission; a broken index can be deleted and is rebuilt from the runs',
    cause: error,
  });
}
