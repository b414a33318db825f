import { collectGarbage } from '../../base/collect-garbage.ts';
import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import { pushAll } from '../../base/many.ts';
import { lostRows } from '../lost-rows.ts';
import type { StepReport } from '../preparation-step.ts';
import type { DataSetManifest } from './data-set.ts';
import type { StoredPart } from './parts.ts';
import { openPipeline, type PipelineRun, type PipelineWork } from './pipeline-stages.ts';
import { findSources } from './find-sources.ts';
import { joinUnits, openQuery, readUnits, type Reading, type SourceParts } from './source-parts.ts';
import { mergeReports, runStage, type Stage } from './step-parts.ts';
import { describeDataSet, publish, splitPart } from './write-data-set.ts';

export interface DataSetRun extends PipelineRun {
  /** Folder for a data set with this hash. */
  to(hash: string): string;
}

export interface PipelineResult {
  folder: string;
  manifest: DataSetManifest;
  /** Numbers of parts that were computed and that came from the cache. */
  parts: { made: number; reused: number };
}

const MOST_CACHED = 20 * 2 ** 30;

/**
 * Runs sources through steps and a split into a data set. Finished parts are cached: a killed run resumes from them,
 * and a run over changed sources or steps only recomputes what depends on the change. The result depends on neither.
 * @throws AttuneError as `prepare`; E_SPLIT_IMPOSSIBLE, E_SPLIT_TIME, E_SPLIT_GROUP
 */
export async function runPipeline(run: DataSetRun): Promise<PipelineResult> {
  await using work = await openPipeline(run);
  const { parts, ...sources } = joinUnits(await readSources(run, work));
  return await finishPipeline(run, work, { sources, parts, stages: work.stages, reports: [] });
}

/** Reads the sources, or the units of a shard. */
export async function readSources(
  { pipeline, base, reading, signal, onProgress }: PipelineRun,
  { run, scratch }: PipelineWork,
  more: Pick<Reading, 'shard' | 'unitSize' | 'sql'> = {},
): ReturnType<typeof readUnits> {
  const sql = more.sql ?? (await openQuery(pipeline, base));
  onProgress?.({ activity: `reading ${withoutCredentials(pipeline.sources.join(', '))}`, done: 0 });
  const { found, fetch } = findSources(pipeline.sources, { base, scratch });
  const { ocr, query } = pipeline;
  return readUnits(found(), { ...reading, ocr, query, signal, fetch, ...more, sql }, run.store);
}

/** Work left after the first stages, and what they produced. */
export interface Remaining {
  sources: Omit<SourceParts, 'parts'>;
  /** Input of the first stage. */
  parts: StoredPart[];
  stages: readonly Stage[];
  /** Reports of earlier stages. */
  reports: StepReport[];
  /** Paths of shards with recorded `look` results for the first stage, or for the split if no stage is left. */
  looked?: readonly string[];
}

/** Runs the remaining stages and the split, and writes the data set. */
export async function finishPipeline(
  { pipeline, keepsParts, to, onProgress }: DataSetRun,
  work: PipelineWork,
  { sources, stages, reports, ...remaining }: Remaining,
): Promise<PipelineResult> {
  const { store } = work.run;
  let { parts, looked } = remaining;
  const all: StoredPart[] = [...parts];
  for (const stage of stages) {
    onProgress?.({ activity: stage.specs.map(({ step }) => step).join(', '), done: 0 });
    // Frees memory of the previous stage for the worker threads; this thread only waits for them.
    await collectGarbage();
    parts = await runStage(stage, parts, { ...work.run, looked });
    looked = undefined;
    pushAll(all, parts);
    pushAll(reports, mergeReports(parts));
  }
  onProgress?.({ activity: 'splitting', done: 0 });
  await work.rest();
  await collectGarbage();
  if (parts.every(({ shards }) => shards.length === 0)) throw noRows(sources, reports);
  const split = await splitPart(parts, pipeline, work, looked);
  const manifest = describeDataSet(sources, split, { pipeline, reports });
  const folder = to(manifest.hash);
  await publish(folder, split, manifest);
  if (keepsParts === false) store.forget();
  store.prune(MOST_CACHED);
  const made = [...all, split].filter(({ isNew }) => isNew).length;
  return { folder, manifest, parts: { made, reused: all.length + 1 - made } };
}

function noRows({ summary }: Remaining['sources'], reports: readonly StepReport[]): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: 'No rows are left for the data set',
    got: `${plural(summary.files, 'files')}, ${plural(summary.documents, 'documents')}`,
    problems: lostRows(summary, reports),
    fix: 'relax the steps or the query that leave rows out, or choose other sources',
  });
}
