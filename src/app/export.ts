import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { EventSink } from '../base/events.ts';
import { isRunFolder } from '../store/run-folder.ts';
import { runJob, type JobResult } from '../worker/index.ts';
import { isAdapterFolder, isOwnBase } from '../jobs/model/base-model.ts';
import type { ExportFormName, ExportType } from '../jobs/export/index.ts';
import { showRun } from './runs.ts';
import { storedRecipe } from './stored-run.ts';

export interface ExportOptions {
  /** The form to write. */
  to: ExportFormName;
  /** The folder to write; unless given, beside a run's result, or in the working folder for a model. */
  folder?: string;
  /** Type of the written weights; `auto`, the base model's own, unless given. */
  dtype?: ExportType;
  /** Told what happens: phases, progress, warnings. */
  onEvent?: EventSink;
  /** Asks to stop. */
  signal?: AbortSignal;
}

/**
 * Writes a result in another form, read again and scored before and after: that of a finished run (its folder, name or
 * id) on rows of its recipe, an adapter's or a model's folder on random tokens.
 */
export async function exportRun(wanted: string, options: ExportOptions): Promise<JobResult<'export'>> {
  const { to, dtype = 'auto', onEvent, signal } = options;
  const target = isModelFolder(wanted) ? wanted : (await showRun(wanted)).folder;
  const isRun = isRunFolder(target);
  const recipe = isRun ? await storedRecipe(target) : undefined;
  const folder = resolve(options.folder ?? (isRun ? join(target, to) : `${basename(resolve(target))}-${to}`));
  const input = { target, to, recipe, folder, dtype };
  return runJob({ job: 'export', input, writes: folder, onEvent, signal });
}

/** Whether a name is a folder with weights, rather than a run. */
export function isModelFolder(wanted: string): boolean {
  return existsSync(join(wanted, 'config.json')) || isAdapterFolder(wanted) || isOwnBase(wanted);
}
