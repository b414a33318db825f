import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { writeFailure } from '../files/atomic.ts';
import { removeWholeFolder } from '../files/whole-folder.ts';
import type { Index } from './index-database.ts';
import { requireRun } from './run-folder.ts';
import { lockRun } from './run-lock.ts';
import { runPaths } from './run-paths.ts';

/** Results and derived files not listed in `runPaths`. */
const RESULTS = ['adapter', 'model', 'merged', 'gguf', 'profile.json'];
/** Leftovers of a crash. */
const UNFINISHED = /\.(?:unfinished|replaced|preflight|start)-|^run\.lock\.|\.tmp$/;

/**
 * Fails unless a folder contains nothing but a run.
 * @param measured names of the files of assessments, which the store does not know
 */
export function checkRemovable(folder: string, measured: readonly string[] = []): void {
  const absolute = refuseLink(folder);
  const own = new Set([...Object.values(runPaths('')), ...RESULTS, ...measured]);
  const problems = readdirSync(absolute)
    .filter((name) => !own.has(name) && !UNFINISHED.test(name))
    .map((name): Problem => ({ file: join(folder, name), message: 'is not part of the run' }));
  if (problems.length === 0) return;
  throw new AttuneError('E_RUN_FOREIGN_FILES', {
    what: `The folder ${folder} contains files other than its run`,
    problems,
    fix: 'move them elsewhere first, or delete the folder yourself',
  });
}

/** Deletes a run's folder, unless a process is working on it. @throws AttuneError E_RUN_LOCKED and as `checkRemovable` */
export function removeRun(folder: string, measured: readonly string[] = []): void {
  checkRemovable(folder, measured);
  const lock = lockRun(folder);
  try {
    removeWholeFolder(resolve(folder));
  } catch (error) {
    throw writeFailure(folder, error);
  } finally {
    lock.release();
  }
}

/**
 * Renames a run's folder in place. @returns the new folder
 * @throws AttuneError E_RUN_MISSING, E_RUN_LINK, E_RUN_LOCKED, E_USAGE, E_OUTPUT_EXISTS
 */
export function renameRun(folder: string, name: string): string {
  const absolute = refuseLink(folder);
  if (name !== basename(name) || ['', '.', '..'].includes(name)) throw noName(name);
  const renamed = join(dirname(absolute), name);
  if (existsSync(renamed))
    throw new AttuneError('E_OUTPUT_EXISTS', { what: `${renamed} already exists`, fix: 'choose another name' });
  const lock = lockRun(absolute);
  try {
    renameSync(absolute, renamed);
    rmSync(runPaths(renamed).lock, { force: true });
  } catch (error) {
    lock.release();
    throw writeFailure(renamed, error);
  }
  return renamed;
}

/** Removes a run and its result from the index. */
export async function forgetRun(index: Index, folder: string): Promise<void> {
  const absolute = resolve(folder);
  await index.transaction().execute(async (transaction) => {
    const runs = await transaction.selectFrom('runs').select('id').where('folder', '=', absolute).execute();
    for (const { id } of runs) await transaction.deleteFrom('models').where('run', '=', id).execute();
    await transaction.deleteFrom('runs').where('folder', '=', absolute).execute();
  });
}

/** Following a link would delete files that were not named. */
function refuseLink(folder: string): string {
  const absolute = resolve(folder);
  requireRun(absolute);
  if (!lstatSync(absolute).isSymbolicLink()) return absolute;
  throw new AttuneError('E_RUN_LINK', {
    what: `${folder} is a link to a run's folder`,
    fix: 'give the folder itself',
  });
}

function noName(name: string): AttuneError {
  return new AttuneError('E_USAGE', {
    what: 'This is not a valid name for a run',
    got: JSON.stringify(name),
    expected: 'a folder name, not a path',
    fix: 'attune runs rename tickets tickets-first',
  });
}
