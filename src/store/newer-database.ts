import type { Kysely } from 'kysely';
import type { MigrationProvider } from 'kysely/migration';
import { AttuneError } from '../base/errors.ts';
import { shownPlace, type DatabasePlace } from './store-place.ts';

interface MigrationTable {
  kysely_migration: { name: string; timestamp: string };
}

/** An explanatory error if a newer attune migrated the tables; otherwise the original error. */
export async function newerFailure<Schema>(
  error: unknown,
  database: Kysely<Schema>,
  { place, provider }: { place: DatabasePlace; provider: MigrationProvider },
): Promise<unknown> {
  const known = Object.keys(await provider.getMigrations()).toSorted();
  const done = await migrationsOf(database, place);
  const unknown = done.filter(({ name }) => !known.includes(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const newest = unknown.at(-1);
  if (newest === undefined) return error;
  return new AttuneError('E_DATABASE_NEWER', {
    what: `${shownPlace(place)} was written by a newer version of attune`,
    got: `tables of version ${newest.name}, from ${newest.timestamp.slice(0, 10)}`,
    expected: `at most ${known.at(-1)}`,
    fix: 'update attune: npm install attune@latest; or set ATTUNE_HOME to another folder',
    cause: error,
  });
}

export function isNewerDatabase(error: unknown): error is AttuneError {
  return error instanceof AttuneError && error.code === 'E_DATABASE_NEWER';
}

/** Names of executed migrations; empty if unknown. */
async function migrationsOf<Schema>(
  database: Kysely<Schema>,
  place: DatabasePlace,
): Promise<MigrationTable['kysely_migration'][]> {
  const tables = database as unknown as Kysely<MigrationTable>;
  const found = typeof place === 'string' ? tables : tables.withSchema(place.schema);
  try {
    return await found.selectFrom('kysely_migration').select(['name', 'timestamp']).execute();
  } catch {
    return [];
  }
}
