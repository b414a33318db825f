import { sql, type Kysely, type Transaction } from 'kysely';
import { AttuneError } from '../../base/errors.ts';
import { openDatabase } from '../index-database.ts';
import { isNewerDatabase } from '../newer-database.ts';
import { isStoreAway } from '../postgres-failure.ts';
import { isPostgres, postgresChanges } from '../postgres.ts';
import { placeOfPart, shownPlace, type DatabasePlace } from '../store-place.ts';
import { migrations } from './migrations/index.ts';
import type { RegistryTables } from './tables.ts';

/** Models, versions, aliases and jobs. Unlike the index of runs, this is the only record of them. */
export type Registry = Kysely<RegistryTables>;
export type RegistryTransaction = Transaction<RegistryTables>;

/** Opens the registry; close it with `destroy()`. @throws AttuneError E_REGISTRY, E_DATABASE_NEWER */
export async function openRegistry(place: DatabasePlace = placeOfPart('registry')): Promise<Registry> {
  try {
    return await openDatabase<RegistryTables>(place, migrations);
  } catch (error) {
    if (isStoreAway(error) || isNewerDatabase(error)) throw error;
    throw new AttuneError('E_REGISTRY', {
      what: `Cannot open the model registry ${shownPlace(place)}`,
      got: (error as Error).message,
      fix:
        typeof place === 'string'
          ? 'set ATTUNE_HOME to a folder with write permission, or restore the file from a backup'
          : 'check ATTUNE_STORE, and that its user may create schemas',
      cause: error,
    });
  }
}

/** Opens the registry for a single use. */
export async function withRegistry<Result>(use: (registry: Registry) => Promise<Result>): Promise<Result> {
  const registry = await openRegistry();
  try {
    return await use(registry);
  } finally {
    await registry.destroy();
  }
}

/** Tables watched for changes, with the relevant columns if not all are. */
const FOLLOWED = {
  registered_models: [],
  versions: [],
  aliases: [],
  rollouts: ['stage', 'ended_at'],
  permissions: [],
  replicas: ['holds'],
} as const;

/** A number that changes when another connection has written; reading it touches no table. */
export async function outsideChanges(registry: Registry): Promise<number> {
  if (isPostgres(registry)) return postgresChanges(registry, FOLLOWED);
  const { rows } = await sql<{ data_version: number }>`PRAGMA data_version`.execute(registry);
  return rows[0].data_version;
}
