import { join, resolve } from 'node:path';
import type { EventSink } from '../base/events.ts';
import { runJob, type JobResult } from '../worker/index.ts';
import type { ExportType } from '../worker/jobs/export.ts';
import { storedRecipe } from './stored-run.ts';

export interface ExportOptions {
  /** What to write. */
  to: 'merged';
  /** The folder to write; beside the adapter unless given. */
  folder?: string;
  /** Type of the written weights; `auto`, the base model's own, unless given. */
  dtype?: ExportType;
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** Writes a finished run's adapter and its base model as one Hugging Face folder, scored before and after. */
export async function exportRun(run: string, options: ExportOptions): Promise<JobResult<'export'>> {
  const target = resolve(run);
  const recipe = await storedRecipe(target);
  const folder = resolve(options.folder ?? join(run, options.to));
  const { dtype = 'auto', onEvent, signal } = options;
  return runJob({ job: 'export', input: { target, recipe, folder, dtype }, onEvent, signal });
}
