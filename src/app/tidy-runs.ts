import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assessmentPaths } from '../evaluation/assessments/assessment-files.ts';
import { writeJson } from '../files/json.ts';
import { withIndex } from '../store/index-database.ts';
import { recordRunModels } from '../store/model-records.ts';
import { checkRemovable, forgetRun, removeRun, renameRun } from '../store/remove-run.ts';
import { isRunFolder, readRun } from '../store/run-folder.ts';
import type { RunSummary } from '../store/run-summary.ts';
import { recordRun } from '../store/run-records.ts';
import { AttuneError } from '../base/errors.ts';
import { writeModelCard } from '../jobs/train/result/result-card.ts';
import { readNotes, RESULT_NOTES } from '../answering/model/result-notes.ts';
import { showRun } from './find-runs.ts';

export interface RunToDelete {
  name: string;
  folder: string;
  status: RunSummary['status'];
  bytes: number;
}

/** The given runs without duplicates, with their disk usage. Fails if any of them must not be deleted. */
export async function findDeletable(wanted: readonly string[]): Promise<RunToDelete[]> {
  const runs = new Map<string, RunToDelete>();
  for (const one of wanted) {
    const { name, folder, status } = await showRun(one);
    if (status === 'running') throw running(folder);
    // Uses the path as given, since links must not be followed.
    checkRemovable(isRunFolder(one) ? one : folder, assessmentPaths(''));
    runs.set(folder, { name, folder, status, bytes: bytesIn(folder) });
  }
  return [...runs.values()];
}

/** Deletes runs with their folders and their entries in the index. @throws as `findDeletable`, before any is deleted */
export async function deleteRuns(wanted: readonly string[]): Promise<RunToDelete[]> {
  const runs = await findDeletable(wanted);
  await withIndex(async (index) => {
    for (const { folder } of runs) {
      removeRun(folder, assessmentPaths(''));
      await forgetRun(index, folder);
    }
  });
  return runs;
}

/**
 * Renames a run's folder and updates its result and the index. `name` is the folder's new name in the same place.
 * @throws AttuneError E_RUN_MISSING, E_RUN_LOCKED, E_OUTPUT_EXISTS, E_USAGE
 */
export async function renameRunTo(wanted: string, name: string): Promise<RunSummary> {
  const { folder: found } = await showRun(wanted);
  const folder = renameRun(isRunFolder(wanted) ? wanted : found, name);
  for (const result of ['adapter', 'model']) moveNotes(folder, join(folder, result));
  const run = readRun(folder);
  await withIndex(async (index) => {
    await forgetRun(index, found);
    if (run.createdAt === 0) return;
    await recordRun(index, run);
    await recordRunModels(index, run);
  });
  return run;
}

function moveNotes(runFolder: string, result: string): void {
  const notes = existsSync(result) ? readNotes(result) : undefined;
  if (notes === undefined) return;
  writeJson(join(result, RESULT_NOTES), { ...notes, folder: result });
  writeModelCard(runFolder, result);
}

function running(folder: string): AttuneError {
  return new AttuneError('E_RUN_RUNNING', {
    what: `The run in ${folder} is running`,
    fix: `stop it first: attune runs stop ${folder}`,
  });
}

export function bytesIn(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
