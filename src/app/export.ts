import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isRunFolder } from '../store/run-folder.ts';
import { runJob, type JobResult } from '../jobs/worker/index.ts';
import { isAdapterFolder, isOwnBase } from '../answering/model/base-model.ts';
import { showRun } from './find-runs.ts';
import { storedRecipe } from './stored-run.ts';
import type { useCase } from './use-cases/export.ts';
import type { CallOptions } from './use-cases/use-case.ts';

/**
 * Exports a result to another format, reads it back, and scores it before and after: a finished run (folder, name or
 * id) on rows of its recipe, an adapter's or model's folder on random tokens.
 */
export async function exportRun(wanted: string, options: CallOptions<typeof useCase>): Promise<JobResult<'export'>> {
  const { to = 'merged', dtype = 'auto', output, onEvent, signal } = options;
  const target = isModelFolder(wanted) ? wanted : (await showRun(wanted)).folder;
  const isRun = isRunFolder(target);
  const recipe = isRun ? await storedRecipe(target) : undefined;
  const folder = resolve(output ?? (isRun ? join(target, to) : `${basename(resolve(target))}-${to}`));
  const input = { target, to, recipe, folder, dtype };
  return runJob({ job: 'export', input, writes: folder, onEvent, signal });
}

/** Whether a name is a folder with weights and not a run. */
export function isModelFolder(wanted: string): boolean {
  return existsSync(join(wanted, 'config.json')) || isAdapterFolder(wanted) || isOwnBase(wanted);
}
