import type { MigrationProvider } from 'kysely/migration';
import { models } from './0001-models.ts';

/** Every change of the tables, in order; one that has been released is never edited. */
export const migrations: MigrationProvider = {
  getMigrations: () => Promise.resolve({ '0001-models': models }),
};
