import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Insertable, Selectable } from 'kysely';
import { AttuneError } from '../base/errors.ts';
import type { Metrics } from '../base/events.ts';
import { nearest } from '../base/nearest.ts';
import { parseJson } from '../files/json.ts';
import { recordRunData } from './data-sets.ts';
import type { Index } from './index-database.ts';
import { isRunFolder, readRun, withLiveStatus } from './run-folder.ts';
import type { RunStatus, RunSummary } from './run-summary.ts';
import type { RunsTable } from './index-tables.ts';

/** Inserts or replaces a run with the data it used. A run that replaces another in its folder is a new one. */
export async function recordRun(index: Index, summary: RunSummary): Promise<void> {
  const row = toRow(summary);
  const { id: _id, ...changes } = row;
  await index.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('runs').where('folder', '=', row.folder).where('id', '!=', row.id).execute();
    await transaction
      .insertInto('runs')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
      .execute();
    await recordRunData(transaction, summary);
  });
}

export interface RunFilter {
  status?: RunStatus;
  limit?: number;
}

/** Known runs whose folders still exist, newest first, with their live status. */
export async function listRuns(index: Index, filter: RunFilter = {}): Promise<RunSummary[]> {
  const rows = await index.selectFrom('runs').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
  const present = rows.filter((row) => existsSync(row.folder)).map((row) => withLiveStatus(fromRow(row)));
  const wanted = filter.status === undefined ? present : present.filter(({ status }) => status === filter.status);
  return wanted.slice(0, filter.limit);
}

/**
 * Finds a run by its folder, its id, the beginning of its id, or its name (the newest of that name). @throws
 * AttuneError E_RUN_MISSING
 */
export async function findRun(index: Index, wanted: string): Promise<RunSummary> {
  if (isRunFolder(wanted)) return readRun(wanted);
  const runs = await listRuns(index);
  const folder = resolve(wanted);
  const match =
    runs.find((run) => run.id === wanted || run.folder === folder) ??
    runs.find((run) => run.name === wanted) ??
    runs.find((run) => run.id.startsWith(wanted));
  if (match !== undefined) return readRun(match.folder);
  const close = nearest(
    wanted,
    runs.flatMap((run) => [run.name, run.id]),
  );
  throw new AttuneError('E_RUN_MISSING', {
    what: `There is no run "${wanted}"`,
    expected: 'a run’s name or id, or its folder',
    fix: close === undefined ? '`attune runs list` shows the known runs' : `did you mean "${close}"?`,
  });
}

function toRow(summary: RunSummary): Insertable<RunsTable> {
  return {
    id: summary.id,
    name: summary.name,
    folder: summary.folder,
    status: summary.status,
    model: summary.model ?? null,
    tuning: summary.tuning ?? null,
    objective: summary.objective ?? null,
    created_at: summary.createdAt,
    updated_at: summary.updatedAt,
    finished_at: summary.finishedAt ?? null,
    step: summary.step,
    steps: summary.steps ?? null,
    epoch: summary.epoch ?? null,
    loss: summary.loss ?? null,
    metrics: JSON.stringify(summary.metrics),
    result: summary.result ?? null,
    error: summary.error ?? null,
  };
}

function fromRow(row: Selectable<RunsTable>): RunSummary {
  return {
    id: row.id,
    name: row.name,
    folder: row.folder,
    status: row.status as RunStatus,
    model: row.model ?? undefined,
    tuning: row.tuning ?? undefined,
    objective: row.objective ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at ?? undefined,
    step: row.step,
    steps: row.steps ?? undefined,
    epoch: row.epoch ?? undefined,
    loss: row.loss ?? undefined,
    metrics: parseJson(row.metrics) as Metrics,
    result: row.result ?? undefined,
    error: row.error ?? undefined,
  };
}
