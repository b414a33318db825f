import { join } from 'node:path';
import { inLanes } from '../../base/lanes.ts';
import { pushAll } from '../../base/many.ts';
import { sha256File } from '../../files/hash.ts';
import { MOST_SHOWN, openSteps, type StepSpec } from '../run-steps.ts';
import type { StepContext, StepDefinition, StepReport } from '../preparation-step.ts';
import { steps } from '../steps/index.ts';
import type { PartStore, StoredPart } from './parts.ts';
import { runOver, type ShardWork } from './run-over.ts';
import type { ShardPool } from './threads/shard-pool.ts';

/** Steps that run together: on each shard separately, or one step over all shards. */
export interface Stage {
  specs: StepSpec[];
  perItem: boolean;
  /** Whether the stage is a single step with a `look` per item. */
  looks: boolean;
  /** Whether it removes values that rows may be split by. */
  protects: boolean;
  /** Everything the result depends on besides the items. */
  key: unknown[];
}

/** Combines adjacent steps that work item by item. */
export async function stagesOf(specs: readonly StepSpec[], context: StepContext): Promise<Stage[]> {
  // Opened once so that all defects are reported before anything is read.
  const opened = await openSteps(specs, context);
  const stages: Stage[] = [];
  for (const [index, { definition, report }] of opened.entries()) {
    const last = stages.at(-1);
    const perItem = definition.perItem === true;
    const stage =
      last?.perItem === true && perItem
        ? last
        : { specs: [], perItem, looks: definition.look !== undefined, protects: false, key: [] };
    if (stage !== last) stages.push(stage);
    stage.protects ||= definition.protects === true;
    stage.specs.push(specs[index]);
    const files = (definition.files?.(report.options, context.base) ?? []).map((file) => sha256File(file));
    const around = definition.surroundings?.(report.options);
    stage.key.push([report.step, definition.version, report.options, await Promise.all(files), around]);
  }
  return stages;
}

/** Whether reports must not quote rows. Unknown steps are reported when all are opened. */
export async function hidesRows(specs: readonly StepSpec[]): Promise<boolean> {
  const names = specs.map(({ step }) => step).filter((name) => steps.has(name));
  const definitions: StepDefinition[] = await Promise.all(names.map((name) => steps.load(name)));
  return definitions.some(({ protects }) => protects === true);
}

export interface StageRun {
  store: PartStore;
  context: Omit<StepContext, 'folder'>;
  /** Thread pool for shards and number of threads; without it everything runs in this thread. */
  threads?: { pool: ShardPool; count: number };
  /** Paths of shards with what the stage's `look` returns, if it is known already. */
  looked?: readonly string[];
}

/** Runs a stage over the previous parts. The result is independent of the number of threads. */
export async function runStage(stage: Stage, before: readonly StoredPart[], run: StageRun): Promise<StoredPart[]> {
  const shards = shardsOf(before);
  // A single shard is finished before a thread would start.
  const threads = shards.length < 2 ? undefined : run.threads;
  if (stage.perItem) return overEach(stage, shards, { ...run, threads });
  const { store, context } = run;
  context.signal?.throwIfAborted();
  const { splitColumns } = context;
  const of = { ...keyOf(stage, shards, context), ...(stage.protects && { splitColumns }) };
  const part = await store.part(of, async (draft) => {
    const seen = run.looked ?? (stage.looks && shards.length > 1 ? await lookAt(stage, before, run) : undefined);
    await threads?.pool.rest();
    const work = { paths: shards.map(({ path }) => path), specs: stage.specs, draft, seen };
    return runOver(work, context);
  });
  return [part];
}

export interface InputShard {
  path: string;
  sha256: string;
}

export function shardsOf(parts: readonly StoredPart[]): InputShard[] {
  return parts.flatMap(({ folder, shards }) =>
    shards.map(({ name, sha256 }) => ({ path: join(folder, name), sha256 })),
  );
}

function keyOf(stage: Stage, input: readonly InputShard[], { quotes }: StageRun['context']) {
  return { steps: stage.key, quotes, input: input.map(({ sha256 }) => sha256) };
}

/**
 * One part per shard, in worker threads if available. @param looks records the results of the step's `look` instead of
 * running the step
 */
function overEach(
  stage: Stage,
  shards: readonly InputShard[],
  { store, context, threads, looks }: StageRun & { looks?: true },
): Promise<StoredPart[]> {
  const { signal, base, quotes } = context;
  let done = 0;
  return inLanes(shards, threads?.count ?? 1, async (shard) => {
    signal?.throwIfAborted();
    const part = await store.part({ ...keyOf(stage, [shard], context), looks }, (draft) => {
      const work: ShardWork = { paths: [shard.path], specs: stage.specs, draft, looks };
      return threads === undefined ? runOver(work, context) : threads.pool.run({ ...work, base, quotes }, signal);
    });
    context.onProgress?.(++done, 'shards');
    return part;
  });
}

/** One part per shard with the results of the step's `look`. */
export function lookOverEach(stage: Stage, before: readonly StoredPart[], run: StageRun): Promise<StoredPart[]> {
  const shards = shardsOf(before);
  return overEach(stage, shards, { ...run, threads: shards.length < 2 ? undefined : run.threads, looks: true });
}

/** Results of the step's `look` for each shard, in the same order. */
export async function lookAt(stage: Stage, before: readonly StoredPart[], run: StageRun): Promise<string[]> {
  return shardsOf(await lookOverEach(stage, before, run)).map(({ path }) => path);
}

/** Merges the reports of a stage's parts, one per step. */
export function mergeReports(parts: readonly Pick<StoredPart, 'reports'>[]): StepReport[] {
  const merged: StepReport[] = [];
  for (const { reports } of parts) {
    for (const [index, report] of reports.entries()) {
      const into = merged[index];
      if (into === undefined) merged.push(structuredClone(report));
      else addReport(into, report);
    }
  }
  return merged;
}

function addReport(into: StepReport, { itemsIn, itemsOut, leftOut, found, remarks }: StepReport): void {
  into.itemsIn += itemsIn;
  into.itemsOut += itemsOut;
  into.remarks = [...new Set([...into.remarks, ...remarks])];
  for (const entry of leftOut) addCount(into.leftOut, entry, ({ reason }) => reason === entry.reason);
  for (const entry of found) addCount(into.found, entry, ({ what }) => what === entry.what);
}

function addCount<Entry extends { count: number; first: unknown[] }>(
  entries: Entry[],
  entry: Entry,
  isSame: (other: Entry) => boolean,
): void {
  const known = entries.find(isSame);
  if (known === undefined) return void entries.push(structuredClone(entry));
  known.count += entry.count;
  pushAll(known.first, entry.first.slice(0, MOST_SHOWN - known.first.length));
}
