import type { MigrationProvider } from 'kysely/migration';
import { runsModelsDataSets } from './0001-runs-models-data-sets.ts';

/** All migrations in order; released ones are never edited. */
export const migrations: MigrationProvider = {
  getMigrations: () => Promise.resolve({ '0001-runs-models-data-sets': runsModelsDataSets }),
};
