/** Checkpoints of jobs, each of which is a model of its own, and the API keys that may use them. */
import type { Selectable } from 'kysely';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import type { Registry } from './registry-database.ts';
import { newId } from './jobs.ts';
import type { CheckpointsTable, PermissionsTable } from './tables.ts';

export type JobCheckpoint = Omit<Selectable<CheckpointsTable>, 'metrics'> & { metrics: Record<string, number> };

/** Adds a checkpoint, at most one per step. */
export async function addCheckpoint(
  registry: Registry,
  { job, step, model, metrics }: Pick<JobCheckpoint, 'job' | 'step' | 'model' | 'metrics'>,
): Promise<void> {
  const id = `ftckpt_${sha256(`${job} ${step}`).slice(0, 24)}`;
  await registry
    .insertInto('checkpoints')
    .values({ id, job, step, model, metrics: JSON.stringify(metrics), created_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Ordered by step. */
export async function checkpointsOf(registry: Registry, job: string): Promise<JobCheckpoint[]> {
  const rows = await registry.selectFrom('checkpoints').selectAll().where('job', '=', job).orderBy('step').execute();
  return rows.map((row) => ({ ...row, metrics: parseJson(row.metrics) as Record<string, number> }));
}

export type Permission = Selectable<PermissionsTable>;

/** In order of creation. */
export async function permissionsOf(registry: Registry, model?: string): Promise<Permission[]> {
  const all = registry.selectFrom('permissions').selectAll().orderBy('created_at').orderBy('id');
  return (model === undefined ? all : all.where('model', '=', model)).execute();
}

/** Allows API keys to use another owner's model. */
export async function permit(registry: Registry, model: string, keys: readonly string[]): Promise<Permission[]> {
  const made = keys.map((key) => ({ id: newId('cp_'), model, key, created_at: Date.now() }));
  await registry.insertInto('permissions').values(made).execute();
  return made;
}

/** @returns whether it existed */
export async function forbid(registry: Registry, model: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await registry
    .deleteFrom('permissions')
    .where('id', '=', id)
    .where('model', '=', model)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
