/** The end of a pipeline: rows are split, and written as a data set. */
import { copyFileSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import { LEFT_OUT, splitNames, type SplitName } from '../../data/index.ts';
import type { DataRow, Item } from '@attune/documents';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { lineOf, PREPARED_VERSION } from '../prepared-row.ts';
import type { StepReport } from '../preparation-step.ts';
import { dataCard } from './data-card.ts';
import type { DataSetManifest } from './data-set.ts';
import { readItems, ShardWriter, type StoredPart } from './parts.ts';
import type { Pipeline } from './pipeline-spec.ts';
import { subjectsOf, type PipelineWork } from './pipeline-stages.ts';
import { readSeen } from './run-over.ts';
import type { SourceParts } from './source-parts.ts';
import { SplitPlanner, type SplitLook, type SplitReport } from './split-rows.ts';
import { lookAt, shardsOf, type Stage } from './step-parts.ts';

interface SplitExtra {
  report: SplitReport;
  columns: Record<string, number>;
}

/** Pseudo-stage without steps that records `lookForSplit` for each row. */
export const SPLIT_LOOK: Stage = {
  specs: [],
  perItem: false,
  looks: true,
  protects: false,
  key: ['split', PREPARED_VERSION],
};

/** @param looked paths of shards with `SPLIT_LOOK`'s results, if they are known already */
export async function splitPart(
  parts: readonly StoredPart[],
  pipeline: Pipeline,
  { run, scratch, rest }: PipelineWork,
  looked?: readonly string[],
): Promise<StoredPart<SplitExtra>> {
  const shards = shardsOf(parts);
  const paths = shards.map(({ path }) => path);
  const subjects = subjectsOf(pipeline.steps);
  const input = shards.map(({ sha256: hash }) => hash);
  const of = { split: pipeline.split, ...(subjects.length > 0 && { subjects }), version: PREPARED_VERSION, input };
  return run.store.part<SplitExtra>(of, async (draft) => {
    const seen = looked ?? (shards.length > 1 ? await lookAt(SPLIT_LOOK, parts, run) : undefined);
    await rest();
    const { signal } = run.context;
    const { splitOf, report } = await planSplit({ paths, seen }, pipeline.split, { scratch, subjects, signal });
    const writers = new Map<SplitName, ShardWriter>();
    const columns: Record<string, number> = table({});
    let index = 0;
    for await (const item of readItems(paths)) {
      const row = requireRow(item);
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

async function planSplit(
  { paths, seen }: { paths: readonly string[]; seen?: readonly string[] },
  spec: Pipeline['split'],
  { scratch, subjects, signal }: { scratch: string; subjects: readonly string[]; signal?: AbortSignal },
): Promise<{ splitOf: Uint8Array; report: SplitReport }> {
  using planner = new SplitPlanner(spec, { folder: scratch, subjects });
  let count = 0;
  for await (const [item, look] of readSeen(paths, seen)) {
    planner.add(requireRow(item), look as SplitLook | undefined);
    if (++count % 1000 === 0) signal?.throwIfAborted();
  }
  return await planner.plan(signal);
}

function requireRow(item: Item): DataRow {
  if (item.kind === 'row') return item;
  throw new AttuneError('E_STEP_ORDER', {
    what: 'The last step does not make rows',
    got: `${withArticle(item.kind)} from ${item.origins[0].file}`,
    fix: 'add a step that makes rows, such as records, chunks or conversations; `attune data steps` lists them',
  });
}

export function describeDataSet(
  sources: Omit<SourceParts, 'parts'>,
  split: StoredPart<SplitExtra>,
  { pipeline, reports }: { pipeline: Pipeline; reports: StepReport[] },
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
export async function publish(folder: string, part: StoredPart, manifest: DataSetManifest): Promise<void> {
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
