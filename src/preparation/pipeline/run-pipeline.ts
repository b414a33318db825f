import { table } from '../../base/table.ts';
import { withArticle } from '../../base/articles.ts';
import { copyFileSync, constants, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../files/temporary.ts';
import { collectGarbage } from '../../base/collect-garbage.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import { AttuneError } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import { usualThreads } from '../../base/threads.ts';
import { splitNames, type SplitName } from '../../data/index.ts';
import { findDocuments, type DataRow, type Item } from '@attune/documents';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { lineOf, PREPARED_VERSION } from '../prepared-row.ts';
import type { StepSpec } from '../run-steps.ts';
import type { SplitColumns } from '../split-keys.ts';
import type { StepContext } from '../preparation-step.ts';
import { dataCard } from './data-card.ts';
import type { DataSetManifest } from './data-set.ts';
import { PartStore, readItems, ShardWriter, type StoredPart } from './parts.ts';
import type { Pipeline } from './pipeline-spec.ts';
import { readSources, type Reading, type SourceParts } from './source-parts.ts';
import { LEFT_OUT } from './split-by-time.ts';
import { SplitPlanner, type SplitReport } from './split-rows.ts';
import { ShardPool } from './threads/shard-pool.ts';
import { hidesRows, mergeReports, runStage, stagesOf } from './step-parts.ts';

export interface PipelineRun {
  pipeline: Pipeline;
  /** Cache folder of finished parts. */
  cache: string;
  /** Destination of the data set by its hash. */
  to(hash: string): string;
  base: string;
  /** Whether finished parts are kept for the next run; default true. */
  keepsParts?: boolean;
  reading?: Omit<Reading, 'signal'>;
  openTokenizer: StepContext['openTokenizer'];
  openRecognisers: StepContext['openRecognisers'];
  /** Module of a thread that runs steps (`serveShards`); without it everything runs in this thread. */
  thread?: URL;
  /** Default: one per core. */
  threads?: number;
  onProgress?: (progress: { activity: string; done: number }) => void;
  signal?: AbortSignal;
}

export interface PipelineResult {
  folder: string;
  manifest: DataSetManifest;
  /** Numbers of parts made now and reused. */
  parts: { made: number; reused: number };
}

const MOST_CACHED = 20 * 2 ** 30;

/**
 * Runs sources through steps and a split into a data set. Finished parts are cached: a killed run resumes from them,
 * and a run over changed sources or steps only recomputes what depends on the change. The result depends on neither.
 * @throws AttuneError as `prepare`; E_SPLIT_IMPOSSIBLE, E_SPLIT_TIME, E_SPLIT_GROUP
 */
export async function runPipeline(run: PipelineRun): Promise<PipelineResult> {
  const { pipeline, base, openTokenizer, openRecognisers, signal, onProgress } = run;
  const store = new PartStore(run.cache);
  await using pool = run.thread === undefined ? undefined : new ShardPool(run.thread);
  const { threads: count = usualThreads() } = run;
  const threads = pool === undefined || count < 2 ? undefined : { pool, count };
  const scratch = temporaryFolder('pipeline');
  try {
    const quotes = !(await hidesRows(pipeline.steps));
    const context = { base, quotes, openTokenizer, openRecognisers, splitColumns: splitColumnsOf(pipeline), signal };
    const stages = await stagesOf(pipeline.steps, { ...context, folder: scratch });
    onProgress?.({ activity: `reading ${withoutCredentials(pipeline.sources.join(', '))}`, done: 0 });
    const reading = { ...run.reading, ocr: pipeline.ocr, query: pipeline.query, signal };
    const sources = await readSources(findDocuments(pipeline.sources, base), reading, store);
    const all: StoredPart[] = [...sources.parts];
    let parts = sources.parts;
    const reports: DataSetManifest['steps'] = [];
    for (const stage of stages) {
      const activity = stage.specs.map(({ step }) => step).join(', ');
      onProgress?.({ activity, done: 0 });
      // Frees memory of the previous stage for the worker threads; this thread only waits for them.
      await collectGarbage();
      parts = await runStage(stage, parts, { store, context, threads });
      pushAll(all, parts);
      pushAll(reports, mergeReports(parts));
    }
    onProgress?.({ activity: 'splitting', done: 0 });
    await pool?.rest();
    await collectGarbage();
    const split = await splitPart(parts, run, { store, scratch });
    const manifest = describe(sources, split, { pipeline, reports });
    const folder = run.to(manifest.hash);
    await publish(folder, split, manifest);
    if (run.keepsParts === false) store.forget();
    store.prune(MOST_CACHED);
    const made = [...all, split].filter(({ isNew }) => isNew).length;
    return { folder, manifest, parts: { made, reused: all.length + 1 - made } };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface SplitExtra {
  report: SplitReport;
  columns: Record<string, number>;
}

function splitPart(
  parts: readonly StoredPart[],
  { pipeline, signal }: PipelineRun,
  { store, scratch }: { store: PartStore; scratch: string },
): Promise<StoredPart<SplitExtra>> {
  const shards = parts.flatMap(({ folder, shards: some }) => some.map((shard) => ({ ...shard, folder })));
  const paths = shards.map(({ folder, name }) => join(folder, name));
  const subjects = subjectsOf(pipeline.steps);
  const input = shards.map(({ sha256: hash }) => hash);
  const of = { split: pipeline.split, ...(subjects.length > 0 && { subjects }), version: PREPARED_VERSION, input };
  return store.part<SplitExtra>(of, async (draft) => {
    const { splitOf, report } = await planSplit(paths, pipeline.split, { scratch, subjects, signal });
    const writers = new Map<SplitName, ShardWriter>();
    const columns: Record<string, number> = table({});
    let index = 0;
    for await (const row of rowsOf(readItems(paths))) {
      const place = splitOf[index++];
      if (place === LEFT_OUT) continue;
      const split = splitNames[place];
      const writer = writers.get(split) ?? new ShardWriter(draft, split);
      writers.set(split, writer);
      writer.write(lineOf(row));
      for (const column of Object.keys(row.values)) columns[column] = (columns[column] ?? 0) + 1;
    }
    for (const writer of writers.values()) writer.finish();
    const written = splitNames.flatMap((split) => writers.get(split)?.shards ?? []);
    return { shards: written, reports: [], extra: { report, columns } };
  });
}

/** Columns that identify a row's subject, as named by steps: one subject's rows stay together. */
function subjectsOf(specs: readonly StepSpec[]): string[] {
  return specs.flatMap(({ subject, step }) => (step === 'redact' && typeof subject === 'string' ? [subject] : []));
}

/** Undefined if rows are not split by any of their values. */
function splitColumnsOf({ split: { by, column, group_by: groups = [] }, steps }: Pipeline): SplitColumns | undefined {
  const all = [...new Set([...groups, ...subjectsOf(steps)])];
  if (by !== 'time' && all.length === 0) return undefined;
  return { ...(by === 'time' && { time: column }), groups: all };
}

async function planSplit(
  paths: readonly string[],
  spec: Pipeline['split'],
  { scratch, subjects, signal }: { scratch: string; subjects: readonly string[]; signal?: AbortSignal },
): Promise<{ splitOf: Uint8Array; report: SplitReport }> {
  using planner = new SplitPlanner(spec, { folder: scratch, subjects });
  let count = 0;
  for await (const row of rowsOf(readItems(paths))) {
    planner.add(row);
    if (++count % 1000 === 0) signal?.throwIfAborted();
  }
  if (count === 0) {
    throw new AttuneError('E_NO_ROWS', {
      what: 'No rows are left for the data set',
      fix: 'the steps remove all rows: relax them, or choose other sources',
    });
  }
  return await planner.plan(signal);
}

async function* rowsOf(items: AsyncIterable<Item>): AsyncGenerator<DataRow> {
  for await (const item of items) {
    if (item.kind === 'row') yield item;
    else {
      throw new AttuneError('E_STEP_ORDER', {
        what: 'The last step does not make rows',
        got: `${withArticle(item.kind)} from ${item.origins[0].file}`,
        fix: 'add a step that makes rows, such as records, chunks or conversations; `attune data steps` lists them',
      });
    }
  }
}

function describe(
  sources: SourceParts,
  split: StoredPart<SplitExtra>,
  { pipeline, reports }: { pipeline: Pipeline; reports: DataSetManifest['steps'] },
): DataSetManifest {
  const { report, columns } = split.extra!;
  const shards = split.shards.map((shard) => ({ ...shard, split: shard.name.split('-')[0] as SplitName }));
  return {
    version: 1,
    name: pipeline.name,
    hash: sha256(JSON.stringify(shards.map(({ name, sha256: hash }) => [name, hash]))),
    parents: sources.files,
    files: sources.summary,
    steps: reports,
    split: report,
    rows: report.rows,
    shards,
    columns,
  };
}

/** An identical folder is left as it is; any other is replaced as a whole. */
async function publish(folder: string, part: StoredPart, manifest: DataSetManifest): Promise<void> {
  if (existsSync(folder) && !existsSync(join(folder, 'manifest.json'))) {
    throw new AttuneError('E_NOT_WRITABLE', {
      what: `${folder} exists and is not a data set`,
      fix: 'choose a folder that does not exist: --to',
    });
  }
  await writeWholeFolder(folder, (draft) => {
    for (const { name } of part.shards) {
      copyFileSync(join(part.folder, name), join(draft, name), constants.COPYFILE_FICLONE);
    }
    writeJson(join(draft, 'manifest.json'), manifest);
    writeFileAtomic(join(draft, 'README.md'), dataCard(manifest));
  });
}
