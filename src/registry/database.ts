import { join } from 'node:path';
import { sql, type Kysely, type Transaction } from 'kysely';
import { AttuneError } from '../base/errors.ts';
import { attuneHome } from '../base/home.ts';
import { openDatabase } from '../store/database.ts';
import { migrations } from './migrations/index.ts';
import type { RegistryTables } from './tables.ts';

/** What is in use: models, versions, aliases, jobs. Unlike the index of runs it is the only place where this stands. */
export type Registry = Kysely<RegistryTables>;
export type RegistryTransaction = Transaction<RegistryTables>;

export function registryPath(): string {
  return join(attuneHome(), 'registry.sqlite');
}

/** Opens the registry; close it with `destroy()`. @throws AttuneError E_REGISTRY */
export async function openRegistry(path: string = registryPath()): Promise<Registry> {
  try {
    return await openDatabase<RegistryTables>(path, migrations);
  } catch (error) {
    const { message } = error as Error;
    throw new AttuneError('E_REGISTRY', {
      what: `Cannot open the registry of models ${path}`,
      got: message,
      fix: message.includes('previously executed migration')
        ? 'a newer attune wrote it: update attune, or set ATTUNE_HOME to another folder'
        : 'set ATTUNE_HOME to a folder that you may write to, or restore the file from a backup',
      cause: error,
    });
  }
}

/** Opens the registry for one use of it. */
export async function withRegistry<Result>(use: (registry: Registry) => Promise<Result>): Promise<Result> {
  const registry = await openRegistry();
  try {
    return await use(registry);
  } finally {
    await registry.destroy();
  }
}

/** A number that changes when another connection has written; it costs no read of the file. */
export async function outsideChanges(registry: Registry): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`PRAGMA data_version`.execute(registry);
  return rows[0].data_version;
}
