/** Start of every pipeline run: opens the steps, grouped into stages, and their context. */
import { rmSync } from 'node:fs';
import { usualThreads } from '../../base/threads.ts';
import { sha256 } from '../../files/hash.ts';
import { temporaryFolder } from '../../files/temporary.ts';
import { PREPARED_VERSION } from '../prepared-row.ts';
import type { StepContext } from '../preparation-step.ts';
import type { StepSpec } from '../run-steps.ts';
import type { SplitColumns } from '../split-keys.ts';
import { PartStore } from './parts.ts';
import type { Pipeline } from './pipeline-spec.ts';
import type { Reading } from './source-parts.ts';
import { hidesRows, stagesOf, type Stage, type StageRun } from './step-parts.ts';
import { ShardPool } from './threads/shard-pool.ts';

export interface PipelineRun {
  pipeline: Pipeline;
  /** Cache folder of finished parts. */
  cache: string;
  base: string;
  /** Whether finished parts are kept for the next run; default true. */
  keepsParts?: boolean;
  reading?: Omit<Reading, 'signal' | 'shard' | 'fetch'>;
  openTokenizer: StepContext['openTokenizer'];
  openRecognisers: StepContext['openRecognisers'];
  /** Module that a worker thread runs (it calls `serveShards`); if absent, everything runs in this thread. */
  thread?: URL;
  /** Default: one per core. */
  threads?: number;
  onProgress?: (progress: { activity: string; done: number }) => void;
  signal?: AbortSignal;
}

export interface PipelineWork extends AsyncDisposable {
  stages: Stage[];
  run: StageRun;
  /** Temporary folder of the run. */
  scratch: string;
  /** Ends idle threads to free their memory. */
  rest(): Promise<void>;
}

/** Reports the defects of all steps before anything is read. */
export async function openPipeline(pipelineRun: PipelineRun): Promise<PipelineWork> {
  const { pipeline, base, cache, thread, signal, openTokenizer, openRecognisers } = pipelineRun;
  const scratch = temporaryFolder('pipeline');
  const pool = thread === undefined ? undefined : new ShardPool(thread);
  const dispose = async (): Promise<void> => {
    await pool?.[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    const quotes = !(await hidesRows(pipeline.steps));
    const context = { base, quotes, openTokenizer, openRecognisers, splitColumns: splitColumnsOf(pipeline), signal };
    const stages = await stagesOf(pipeline.steps, { ...context, folder: scratch });
    const { threads: count = usualThreads() } = pipelineRun;
    const threads = pool === undefined || count < 2 ? undefined : { pool, count };
    const run = { store: new PartStore(cache), context, threads };
    const rest = async (): Promise<void> => pool?.rest();
    return { stages, run, scratch, rest, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Hash of everything besides the sources' content that the rows depend on. */
export function pipelineKey(
  { sources, ocr, query, sql }: Pipeline,
  { stages, run }: PipelineWork,
  reading: PipelineRun['reading'],
): string {
  const { quotes, splitColumns } = run.context;
  const steps = stages.map(({ key }) => key);
  const read = { sources, ocr, query, sql, limits: reading?.limits };
  return sha256(JSON.stringify({ ...read, steps, quotes, splitColumns, version: PREPARED_VERSION }));
}

/** Columns that identify a row's subject, as named by steps: one subject's rows stay together. */
export function subjectsOf(specs: readonly StepSpec[]): string[] {
  return specs.flatMap(({ subject, step }) => (step === 'redact' && typeof subject === 'string' ? [subject] : []));
}

/** Undefined if rows are not split by any of their values. */
function splitColumnsOf({ split: { by, column, group_by: groups = [] }, steps }: Pipeline): SplitColumns | undefined {
  const all = [...new Set([...groups, ...subjectsOf(steps)])];
  if (by !== 'time' && all.length === 0) return undefined;
  return { ...(by === 'time' && { time: column }), groups: all };
}
