import type { MigrationProvider } from 'kysely/migration';
import { models } from './0001-models.ts';
import { evals } from './0003-evals.ts';
import { replicas } from './0004-replicas.ts';
import { objects } from './0005-objects.ts';
import { leases } from './0006-leases.ts';
import { usage } from './0007-usage.ts';
import { fileHash } from './0008-file-hash.ts';
import { batches } from './0009-batches.ts';
import { training } from './0002-training.ts';

/** All migrations in order; released ones are never edited. */
export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '0001-models': models,
      '0002-training': training,
      '0003-evals': evals,
      '0004-replicas': replicas,
      '0005-objects': objects,
      '0006-leases': leases,
      '0007-usage': usage,
      '0008-file-hash': fileHash,
      '0009-batches': batches,
    }),
};
