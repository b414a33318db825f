/** Evaluations of the API: criteria, runs, and the result of each row. */
import type { Selectable } from 'kysely';
import { parseJson } from '../../files/json.ts';
import type { Registry } from './registry-database.ts';
import { newId } from './jobs.ts';
import type { EvalItemsTable, EvalRunsTable, EvalsTable } from './tables.ts';
import { markHeld, type WorkerWatch } from './leases.ts';

type Json = Record<string, unknown>;

export type Eval = Omit<Selectable<EvalsTable>, 'metadata' | 'source' | 'criteria'> & {
  metadata: Record<string, string>;
  source: Json;
  criteria: Json[];
};

export type EvalRunStatus = 'queued' | 'in_progress' | 'completed' | 'canceled' | 'failed';

export type EvalRun = Omit<Selectable<EvalRunsTable>, 'metadata' | 'source' | 'status'> & {
  status: EvalRunStatus;
  metadata: Record<string, string>;
  source: Json;
};

export type EvalItem = Omit<Selectable<EvalItemsTable>, 'item' | 'sample' | 'results' | 'status'> & {
  status: 'pass' | 'fail' | 'error';
  item: Json;
  sample: Json;
  results: { name: string; type: string; score: number; passed: boolean }[];
};

export async function addEval(
  registry: Registry,
  given: Pick<Eval, 'owner' | 'name' | 'metadata' | 'source' | 'criteria'>,
): Promise<Eval> {
  const now = Date.now();
  const made: Eval = { ...given, id: newId('eval_'), created_at: now, updated_at: now };
  const texts = { metadata: JSON.stringify(given.metadata), source: JSON.stringify(given.source) };
  const row = { ...made, ...texts, criteria: JSON.stringify(given.criteria) };
  await registry.insertInto('evals').values(row).execute();
  return made;
}

/** In order of creation. */
export async function evalsOf(registry: Registry, owner: string): Promise<Eval[]> {
  const rows = await registry
    .selectFrom('evals')
    .selectAll()
    .where('owner', '=', owner)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    ...row,
    metadata: parseJson(row.metadata) as Eval['metadata'],
    source: parseJson(row.source) as Json,
    criteria: parseJson(row.criteria) as Json[],
  }));
}

export async function changeEval(
  registry: Registry,
  id: string,
  { name, metadata }: { name?: string; metadata?: Record<string, string> },
): Promise<void> {
  const change = { ...(name !== undefined && { name }), ...(metadata && { metadata: JSON.stringify(metadata) }) };
  await registry
    .updateTable('evals')
    .set({ ...change, updated_at: Date.now() })
    .where('id', '=', id)
    .execute();
}

/** Deletes an evaluation with its runs and their rows. */
export async function removeEval(registry: Registry, id: string): Promise<void> {
  for (const run of await evalRunsOf(registry, id)) await removeEvalRun(registry, run.id);
  await registry.deleteFrom('evals').where('id', '=', id).execute();
}

export async function addEvalRun(
  registry: Registry,
  given: Pick<EvalRun, 'eval' | 'owner' | 'name' | 'metadata' | 'source'>,
): Promise<EvalRun> {
  const made = { ...given, id: newId('evalrun_'), error: null, worker: null, lease: 0, created_at: Date.now() };
  const run: EvalRun = { ...made, status: 'queued' };
  const texts = { metadata: JSON.stringify(given.metadata), source: JSON.stringify(given.source) };
  await registry
    .insertInto('eval_runs')
    .values({ ...run, ...texts })
    .execute();
  return run;
}

/** In order of creation. */
export async function evalRunsOf(registry: Registry, id: string): Promise<EvalRun[]> {
  const rows = await registry
    .selectFrom('eval_runs')
    .selectAll()
    .where('eval', '=', id)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(runFrom);
}

export async function changeEvalRun(
  registry: Registry,
  id: string,
  change: { status: EvalRunStatus; error?: string },
  from: readonly EvalRunStatus[],
): Promise<boolean> {
  const { numUpdatedRows } = await registry
    .updateTable('eval_runs')
    .set({ ...change, worker: null })
    .where('id', '=', id)
    .where('status', 'in', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function removeEvalRun(registry: Registry, id: string): Promise<void> {
  await registry.deleteFrom('eval_items').where('run', '=', id).execute();
  await registry.deleteFrom('eval_runs').where('id', '=', id).execute();
}

/** Claims the next run: a waiting one, or one whose process is gone. */
export async function claimEvalRun(registry: Registry, watch: WorkerWatch): Promise<EvalRun | undefined> {
  return registry.transaction().execute(async (transaction) => {
    const asked = performance.now();
    const open = await transaction
      .selectFrom('eval_runs')
      .selectAll()
      .where('status', 'in', ['queued', 'in_progress'])
      .orderBy('created_at')
      .execute();
    const [next] = watch.abandoned(open, asked);
    if (next === undefined) return undefined;
    const claim = { status: 'in_progress', worker: markHeld(next.id), lease: next.lease + 1 };
    await transaction.updateTable('eval_runs').set(claim).where('id', '=', next.id).execute();
    return runFrom({ ...next, ...claim });
  });
}

export async function evalRunStatus(registry: Registry, id: string): Promise<EvalRunStatus | undefined> {
  const row = await registry.selectFrom('eval_runs').select('status').where('id', '=', id).executeTakeFirst();
  return row?.status as EvalRunStatus | undefined;
}

/** Adds a row's result once. */
export async function addEvalItem(registry: Registry, given: Omit<EvalItem, 'id' | 'created_at'>): Promise<void> {
  await registry
    .insertInto('eval_items')
    .values({
      ...given,
      id: newId('outputitem_'),
      item: JSON.stringify(given.item),
      sample: JSON.stringify(given.sample),
      results: JSON.stringify(given.results),
      created_at: Date.now(),
    })
    .onConflict((conflict) => conflict.columns(['run', 'place']).doNothing())
    .execute();
}

/** In row order. */
export async function evalItemsOf(registry: Registry, run: string): Promise<EvalItem[]> {
  const rows = await registry.selectFrom('eval_items').selectAll().where('run', '=', run).orderBy('place').execute();
  return rows.map((row) => ({
    ...row,
    status: row.status as EvalItem['status'],
    item: parseJson(row.item) as Json,
    sample: parseJson(row.sample) as Json,
    results: parseJson(row.results) as EvalItem['results'],
  }));
}

function runFrom(row: Selectable<EvalRunsTable>): EvalRun {
  return {
    ...row,
    status: row.status as EvalRunStatus,
    metadata: parseJson(row.metadata) as Record<string, string>,
    source: parseJson(row.source) as Json,
  };
}
