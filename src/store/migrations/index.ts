import type { MigrationProvider } from 'kysely/migration';
import { runsModelsDataSets } from './0001-runs-models-data-sets.ts';

/** Every change of the tables, in order; one that has been released is never edited. */
export const migrations: MigrationProvider = {
  getMigrations: () => Promise.resolve({ '0001-runs-models-data-sets': runsModelsDataSets }),
};
