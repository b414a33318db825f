import { AttuneError, type Problem } from '../../../base/errors.ts';
import { dirname } from 'node:path';
import type { StoredPart } from '../parts.ts';
import { openPipeline, pipelineKey } from '../pipeline-stages.ts';
import { finishPipeline, type DataSetRun, type PipelineResult } from '../run-pipeline.ts';
import { joinFiles } from '../source-parts.ts';
import { mergeReports } from '../step-parts.ts';
import { openPartPlace, type PartPlace } from './part-place.ts';
import { dividedStages } from './run-shard.ts';
import { partName, type ShardManifest } from './shard-manifest.ts';

/**
 * Joins the parts of all shards into a data set that equals that of `runPipeline` byte for byte: runs the steps that
 * need all rows (such as deduplication), the split and the counts. The sources are not read.
 */
export async function mergeShards(run: DataSetRun, from: string): Promise<PipelineResult> {
  await using work = await openPipeline(run);
  const place = openPartPlace(from, work.scratch);
  run.onProgress?.({ activity: `reading the parts in ${place.shown}`, done: 0 });
  const units = unitsInOrder(await completeParts(place, pipelineKey(run.pipeline, work, run.reading)));
  requireSameFiles(units);
  const parts: StoredPart[] = [];
  const looked: string[] = [];
  for (const { part, shards, looked: seen } of units) {
    for (const shard of shards) {
      const path = await place.path(part, shard);
      parts.push({ folder: dirname(path), shards: [shard], reports: [], isNew: false });
    }
    for (const shard of seen) looked.push(await place.path(part, shard));
  }
  const { rest } = dividedStages(work.stages);
  const known = { sources: joinFiles(units), parts, stages: rest, reports: mergeReports(units) };
  return await finishPipeline(run, work, { ...known, ...(looked.length > 0 && { looked }) });
}

type OwnedUnit = ShardManifest['units'][number] & { part: string };

function unitsInOrder(manifests: readonly ShardManifest[]): OwnedUnit[] {
  return manifests
    .flatMap(({ shard, units }) => units.map((unit) => ({ ...unit, part: partName(shard) })))
    .sort((a, b) => a.unit - b.unit);
}

/** The parts of the only complete division into shards. */
async function completeParts(place: PartPlace, key: string): Promise<ShardManifest[]> {
  const names = await place.names();
  const found: ShardManifest[] = [];
  for (const name of names) {
    const manifest = await place.manifest(name);
    if (manifest !== undefined) found.push(manifest);
  }
  const divisions = Map.groupBy(found, ({ shard }) => shard.count);
  const complete = [...divisions.values()].filter((parts) => parts.length === parts[0].shard.count);
  // Parts of an abandoned sharding may exist next to a complete one.
  const [parts = found] = complete;
  if (complete.length !== 1) throw missing(place, divisions, complete.length);
  const problems = differences(parts, key);
  if (problems.length === 0) return parts;
  throw new AttuneError('E_PARTS_DIFFER', {
    what: `The parts in ${place.shown} do not belong together`,
    problems,
    fix: 'run the named shards again, with this pipeline file and the same sources: parts that fit are kept',
  });
}

function missing(place: PartPlace, divisions: Map<number, ShardManifest[]>, complete: number): AttuneError {
  const problems: Problem[] = [...divisions].flatMap(([count, parts]) => {
    const there = new Set(parts.map(({ shard }) => shard.index));
    if (there.size === count) return [{ message: `${count} parts of ${count}` }];
    const gone = Array.from({ length: count }, (_, index) => index).filter((index) => !there.has(index));
    return [{ message: `${there.size} parts of ${count}`, fix: `run --shard ${shortList(gone, count)}` }];
  });
  return new AttuneError('E_PARTS_MISSING', {
    what: complete > 1 ? `${place.shown} contains parts of several shardings` : `Parts are missing in ${place.shown}`,
    ...(problems.length === 0 && { got: 'no part' }),
    expected: 'all parts of one sharding: part-00000-of-COUNT and so on',
    problems,
    fix:
      complete > 1
        ? 'delete the parts that do not belong to it'
        : 'run the missing shards: attune data pipeline FILE --shard INDEX/COUNT',
  });
}

const MOST_NAMED = 8;

function shortList(indexes: readonly number[], count: number): string {
  const named = indexes.slice(0, MOST_NAMED).map((index) => `${index}/${count}`);
  return [...named, ...(indexes.length > MOST_NAMED ? [`${indexes.length - MOST_NAMED} more`] : [])].join(', ');
}

/** Problems of parts made with other steps, or from a different list of files than most. */
function differences(parts: readonly ShardManifest[], key: string): Problem[] {
  const listings = [...Map.groupBy(parts, ({ listing }) => listing)].sort(([, a], [, b]) => b.length - a.length);
  const [usual] = listings[0];
  return parts.flatMap(({ shard, pipeline, listing }) => {
    const file = partName(shard);
    if (pipeline !== key)
      return [{ file, message: 'was made with other steps, options or sources than those in the pipeline file' }];
    return listing === usual ? [] : [{ file, message: 'was made from other source files than most parts' }];
  });
}

/** Refuses pieces of a file that changed between shards. */
function requireSameFiles(units: readonly OwnedUnit[]): void {
  const hashes = new Map<string, { hash: string; part: string }>();
  const problems: Problem[] = [];
  for (const { piece, part } of units) {
    const { file, sha256: hash } = piece?.outcome ?? {};
    if (file === undefined || hash === undefined) continue;
    const first = hashes.get(file) ?? { hash, part };
    hashes.set(file, first);
    if (first.hash !== hash)
      problems.push({ file: part, message: `read ${file} with other content than ${first.part} did` });
  }
  if (problems.length === 0) return;
  throw new AttuneError('E_PARTS_DIFFER', {
    what: 'A source was changed between shards',
    problems,
    fix: 'run all shards again; shards whose files have not changed finish immediately',
  });
}
