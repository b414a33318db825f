import { join, resolve } from 'node:path';
import type { EventSink } from '../base/events.ts';
import { runJob, type JobResult } from '../worker/index.ts';
import { storedRun } from './train.ts';

export interface ExportOptions {
  /** What to write. */
  to: 'merged';
  /** The folder to write; beside the adapter unless given. */
  folder?: string;
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** Writes a finished run's adapter and its base model as one Hugging Face folder, scored before and after. */
export async function exportRun(run: string, options: ExportOptions): Promise<JobResult<'export'>> {
  const { recipe, base } = await storedRun(run);
  const folder = resolve(options.folder ?? join(run, options.to));
  const target = resolve(run);
  // The recipe's paths were written where the run was started.
  process.chdir(base);
  return runJob({ job: 'export', input: { target, recipe, folder }, onEvent: options.onEvent, signal: options.signal });
}
