import { collectGarbage } from '../../../base/collect-garbage.ts';
import { sha256 } from '../../../files/hash.ts';
import { join } from 'node:path';
import type { Shard, StoredPart } from '../parts.ts';
import { openPipeline, pipelineKey, type PipelineRun, type PipelineWork } from '../pipeline-stages.ts';
import { findSources } from '../find-sources.ts';
import { readSources } from '../run-pipeline.ts';
import { hashUnits, openQuery, queryKey, type ReadUnit } from '../source-parts.ts';
import { listingOf, sized, sizeFor } from '../source-units.ts';
import { lookOverEach, mergeReports, runStage, type Stage } from '../step-parts.ts';
import { SPLIT_LOOK } from '../write-data-set.ts';
import { openPartPlace } from './part-place.ts';
import { partName, type ShardManifest, type ShardPlaceOf } from './shard-manifest.ts';

export interface ShardResult {
  /** Folder or object prefix of the part. */
  part: string;
  shard: ShardPlaceOf;
  /** Whether the part was computed now; false if it existed already with the same files and steps. */
  isNew: boolean;
  counts: ShardManifest['counts'];
}

/** The stage that runs per shard, a `look` per shard for the stage after it, and the stages of the merge. */
export function dividedStages(stages: readonly Stage[]): { mapped?: Stage; looks?: Stage; rest: readonly Stage[] } {
  const mapped = stages[0].perItem ? stages[0] : undefined;
  const rest = mapped === undefined ? stages : stages.slice(1);
  const next = rest.length === 0 ? SPLIT_LOOK : rest[0];
  return { mapped, rest, looks: next.looks ? next : undefined };
}

/**
 * Computes one part of a sharded data set: reads every `count`-th unit of the sources, runs the per-item steps, and
 * records the `look` results for the next step. A pure function of the sources, the steps and the shard.
 */
export async function runShard(run: PipelineRun, shard: ShardPlaceOf, to: string): Promise<ShardResult> {
  await using work = await openPipeline(run);
  const place = openPartPlace(to, work.scratch);
  const name = partName(shard);
  const { found, fetch } = findSources(run.pipeline.sources, { base: run.base, scratch: work.scratch });
  const listing = await listingOf(sized(found()));
  const key = pipelineKey(run.pipeline, work, run.reading);
  const sql = await openQuery(run.pipeline, run.base);
  const more = { shard, unitSize: sizeFor(shard.count, listing), sql };
  // A query's further files are part of the listing: all shards must read the same ones.
  const files = sql === undefined ? listing.hash : sha256(JSON.stringify([listing.hash, queryKey(sql)]));
  const known = await place.manifest(name);
  const part = `${place.shown}${place.shown.endsWith('/') ? '' : '/'}${name}`;
  if (known?.pipeline === key && known.listing === files) {
    const inputs = await hashUnits(found(), { ...run.reading, ...more, fetch });
    if (known.input === inputHash(inputs)) return { part, shard, isNew: false, counts: known.counts };
  }
  const { units, paths, input } = await makeUnits(run, work, more);
  const head = { version: 1 as const, shard, pipeline: key, listing: files, input };
  const manifest = { ...head, counts: countsOf(units), units };
  await place.write(name, manifest, paths);
  if (run.keepsParts === false) work.run.store.forget();
  return { part, shard, isNew: true, counts: manifest.counts };
}

/** Hash over the names and content of all files of a shard. */
function inputHash(inputs: readonly string[]): string {
  return sha256(inputs.join('\n'));
}

interface MadeUnits {
  units: ShardManifest['units'];
  /** Local path of each shard by its name. */
  paths: Map<string, string>;
  input: string;
}

async function makeUnits(
  run: PipelineRun,
  work: PipelineWork,
  more: Parameters<typeof readSources>[2],
): Promise<MadeUnits> {
  const { mapped, looks } = dividedStages(work.stages);
  const read = await readSources(run, work, more);
  await collectGarbage();
  const parts = read.map(({ part }) => part);
  if (mapped !== undefined) run.onProgress?.({ activity: mapped.specs.map(({ step }) => step).join(', '), done: 0 });
  const made = mapped === undefined ? parts : await runStage(mapped, parts, work.run);
  if (looks !== undefined) run.onProgress?.({ activity: 'comparing', done: 0 });
  const looked = looks === undefined ? [] : await lookOverEach(looks, made, work.run);
  const paths = new Map<string, string>();
  const named = ({ folder, shards }: StoredPart): Shard[] =>
    shards.map((shard) => {
      const name = `${shard.sha256}.jsonl`;
      paths.set(name, join(folder, shard.name));
      return { ...shard, name };
    });
  // Each stage makes one part per shard, in order.
  let [stageAt, lookAt] = [0, 0];
  const units = read.map((unit) => {
    const own = mapped === undefined ? [unit.part] : made.slice(stageAt, (stageAt += unit.part.shards.length));
    const shards = own.flatMap(named);
    const seen = looked.slice(lookAt, (lookAt += shards.length)).flatMap(named);
    return { ...plain(unit), shards, reports: mergeReports(own), looked: seen };
  });
  return { units, paths, input: inputHash(read.map(({ input }) => input)) };
}

function plain({ unit, files, summary, piece }: ReadUnit): Omit<ReadUnit, 'input'> {
  return { unit, files, ...(summary && { summary }), ...(piece && { piece }) };
}

function countsOf(units: ShardManifest['units']): ShardManifest['counts'] {
  const counts = { files: 0, read: 0, items: 0, rejected: 0 };
  for (const { files, summary, piece, shards, reports } of units) {
    counts.files += files.length;
    counts.read += summary?.documents ?? piece?.outcome.documents ?? 0;
    for (const { items } of shards) counts.items += items;
    for (const { leftOut } of reports) for (const { count } of leftOut) counts.rejected += count;
  }
  return counts;
}
