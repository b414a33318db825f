import { join } from 'node:path';
import { inLanes } from '../../base/lanes.ts';
import { sha256File } from '../../files/hash.ts';
import { MOST_SHOWN, openSteps, type StepSpec } from '../run-steps.ts';
import type { StepContext, StepDefinition, StepReport } from '../step.ts';
import { steps } from '../steps/index.ts';
import type { PartStore, StoredPart } from './parts.ts';
import { runOver } from './run-over.ts';
import type { ShardPool } from './threads/shard-pool.ts';

/** Steps that run together: over each shard by itself, or one step over all of them. */
interface Stage {
  specs: StepSpec[];
  perItem: boolean;
  /** All that the result depends on besides the items. */
  key: unknown[];
}

/** Steps with neighbours that need no more than one item at a time put together. */
export async function stagesOf(specs: readonly StepSpec[], context: StepContext): Promise<Stage[]> {
  // Opened once to tell all defects before anything is read.
  const opened = await openSteps(specs, context);
  const stages: Stage[] = [];
  for (const [index, { definition, report }] of opened.entries()) {
    const last = stages.at(-1);
    const perItem = definition.perItem === true;
    const stage = last?.perItem === true && perItem ? last : { specs: [], perItem, key: [] };
    if (stage !== last) stages.push(stage);
    stage.specs.push(specs[index]);
    const files = (definition.files?.(report.options, context.base) ?? []).map((file) => sha256File(file));
    const around = definition.surroundings?.(report.options);
    stage.key.push([report.step, definition.version, report.options, await Promise.all(files), around]);
  }
  return stages;
}

export async function hidesRows(specs: readonly StepSpec[]): Promise<boolean> {
  const definitions: StepDefinition[] = await Promise.all(specs.map(({ step }) => steps.load(step)));
  return definitions.some(({ protects }) => protects === true);
}

export interface StageRun {
  store: PartStore;
  context: Omit<StepContext, 'folder'>;
  /** Runs shards in threads, so many at once; without threads all is done here. */
  threads?: { pool: ShardPool; count: number };
}

/** What a stage makes of the parts before it: the same, whatever number of threads makes it. */
export async function runStage(
  stage: Stage,
  before: readonly StoredPart[],
  { store, context, threads }: StageRun,
): Promise<StoredPart[]> {
  const shards = before.flatMap(({ folder, shards: all }) =>
    all.map(({ name, sha256 }) => ({ path: join(folder, name), sha256 })),
  );
  const inputs = stage.perItem ? shards.map((shard) => [shard]) : [shards];
  // A single shard is done before a thread has started.
  const used = inputs.length < 2 ? undefined : threads;
  let done = 0;
  return inLanes(inputs, used?.count ?? 1, async (input) => {
    const { signal, base, quotes } = context;
    signal?.throwIfAborted();
    const of = { steps: stage.key, quotes, input: input.map(({ sha256 }) => sha256) };
    const paths = input.map(({ path }) => path);
    const part = await store.part(of, (draft) =>
      used === undefined
        ? runOver(paths, stage.specs, { draft, context })
        : used.pool.run({ paths, specs: stage.specs, draft, base, quotes }, signal),
    );
    context.onProgress?.(++done, 'shards');
    return part;
  });
}

/** The reports of one stage's parts as one for each step. */
export function mergeReports(parts: readonly StoredPart[]): StepReport[] {
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
  known.first.push(...entry.first.slice(0, MOST_SHOWN - known.first.length));
}
