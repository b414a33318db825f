import { resolve } from 'node:path';
import type { EventSink } from '../base/events.ts';
import { runJob, type JobResult } from '../worker/index.ts';
import { storedRecipe } from './stored-run.ts';

export interface EvaluateOptions {
  split: 'validation' | 'test';
  /** Scores the base model instead of the tuned one. */
  base?: boolean;
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** Scores a run's result, or its base model, on the run's own held-out rows. */
export async function evaluateRun(run: string, options: EvaluateOptions): Promise<JobResult<'evaluate'>> {
  const folder = resolve(run);
  const recipe = await storedRecipe(folder);
  const { split, onEvent, signal } = options;
  return runJob({ job: 'evaluate', input: { target: folder, recipe, split, base: options.base }, onEvent, signal });
}
