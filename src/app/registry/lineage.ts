/** Lineage: from a registered model back to its sources, and from a document to every model trained on it. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { RunStarted } from '../../base/events.ts';
import { entryOf, table } from '../../base/table.ts';
import { PROVENANCE } from '../../data/index.ts';
import { findFiles } from '../../files/find-files.ts';
import { sha256File } from '../../files/hash.ts';
import { readJson } from '../../files/json.ts';
import { dataExtensions } from '../../data/containers/index.ts';
import { rawRows } from '../../data/raw-rows.ts';
import {
  aliasesOf,
  CHAMPION,
  findVersion,
  readAudit,
  registeredModels,
  versionName,
  versionsOf,
  withRegistry,
  type AuditEntry,
  type ModelVersion,
  type Registry,
} from '../../store/registry/index.ts';
import { isRunFolder, readEvents } from '../../store/run-folder.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';

/** A file of rows. */
export interface DataOrigin {
  split: 'train' | 'validation' | 'test';
  path: string;
  /** Current hash; undefined if the file no longer exists. */
  sha256?: string;
  /** For rows prepared by attune: the source documents, with the number of rows from each. */
  documents: Record<string, number>;
  /** For rows from a pipeline: the hashes of the data set and of the files that it read. */
  dataSet?: { hash: string; sources: { file: string; sha256: string }[] };
}

export interface ModelLineage {
  /** Name of the version: `tickets@3`. */
  version: string;
  /** Aliases of the version; `champion` is served under the model's name. */
  aliases: string[];
  made: ModelVersion;
  base?: string;
  data: DataOrigin[];
  /** Links that cannot be followed, with reasons. */
  gaps: string[];
  /** Audit log of the model, newest first. */
  audit: AuditEntry[];
}

export interface DocumentLineage {
  document: string;
  /** Versions that were trained, validated or tested on rows from the document. */
  models: { version: string; aliases: string[]; split: DataOrigin['split']; rows: number | null }[];
  /** Versions whose data no longer exist, so their sources are unknown. */
  unknown: string[];
}

/**
 * Lineage of a registered model, or of one of its versions (`tickets@3`, `tickets@challenger`).
 * @throws AttuneError E_MODEL_UNREGISTERED, E_VERSION_UNKNOWN
 */
export async function modelLineage(wanted: string): Promise<ModelLineage> {
  return withRegistry(async (registry) => {
    const made = await versionOf(registry, wanted);
    const { entries: audit } = await readAudit(registry, { subject: versionName(made) });
    const { data, gaps } = await originsOf(made);
    const aliases = await namesOf(registry, made);
    return { version: versionName(made), aliases, made, ...(made.base && { base: made.base }), data, gaps, audit };
  });
}

/** Every registered version that was trained on a document or a file of rows, given by path or name. */
export async function documentLineage(document: string): Promise<DocumentLineage> {
  return withRegistry(async (registry) => {
    const found: DocumentLineage = { document, models: [], unknown: [] };
    for (const { name } of await registeredModels(registry))
      for (const made of await versionsOf(registry, name)) {
        const { data, gaps } = await originsOf(made);
        const aliases = await namesOf(registry, made);
        for (const origin of data) {
          const rows = rowsFrom(origin, document);
          if (rows !== undefined) found.models.push({ version: versionName(made), aliases, split: origin.split, rows });
        }
        if (gaps.length > 0) found.unknown.push(versionName(made));
      }
    return found;
  });
}

async function versionOf(registry: Registry, wanted: string): Promise<ModelVersion> {
  const { model = wanted, tag } = /^(?<model>.+)@(?<tag>[\w-]+)$/.exec(wanted)?.groups ?? {};
  const aliases = await aliasesOf(registry, model);
  if (tag !== undefined && /^\d+$/.test(tag)) return findVersion(registry, model, Number(tag));
  const versions = await versionsOf(registry, model);
  const number = entryOf(aliases, tag ?? CHAMPION);
  if (number !== undefined) return versions.find(({ version }) => version === number)!;
  if (tag === undefined) return versions.at(-1)!;
  throw new AttuneError('E_VERSION_UNKNOWN', {
    what: `${model} has no alias ${tag}`,
    expected: `a number, or one of ${Object.keys(aliases).join(', ')}`,
  });
}

/** The aliases of a version. */
export async function namesOf(
  registry: Registry,
  { model, version }: Pick<ModelVersion, 'model' | 'version'>,
): Promise<string[]> {
  const aliases = await aliasesOf(registry, model);
  return Object.entries(aliases).flatMap(([alias, number]) => (number === version ? [alias] : []));
}

const SPLITS = ['train', 'validation', 'test'] as const;

async function originsOf({ runFolder }: ModelVersion): Promise<{ data: DataOrigin[]; gaps: string[] }> {
  if (runFolder === undefined) return { data: [], gaps: ['it was not made by an attune run'] };
  const specs = isRunFolder(runFolder) ? specsOf(runFolder) : undefined;
  if (specs === undefined) return { data: [], gaps: [`its run in ${runFolder} is missing`] };
  const data = (await Promise.all(specs.map(originOf))).flat();
  return { data, gaps: data.flatMap(({ path, sha256 }) => (sha256 === undefined ? [`${path} is missing`] : [])) };
}

type Spec = Pick<DataOrigin, 'split' | 'path'>;

/** Data sources from the run's start event; the files may have been deleted since. */
function specsOf(folder: string): Spec[] | undefined {
  let started: RunStarted | undefined;
  for (const event of readEvents(folder)) if (event.type === 'run-started') started = event;
  if (started === undefined) return undefined;
  const { base, recipe } = started;
  const { data } = recipe as Pick<Recipe, 'data'>;
  return SPLITS.flatMap((split) => {
    const spec = data[split];
    return typeof spec === 'number' ? [] : spec.map(({ path }) => ({ split, path: resolve(base, path) }));
  });
}

async function originOf({ split, path }: Spec): Promise<DataOrigin[]> {
  return Promise.all(
    filesAt(path).map(async (file): Promise<DataOrigin> => {
      const dataSet = manifestOf(file);
      return {
        split,
        path: file,
        ...(existsSync(file) && { sha256: await sha256File(file) }),
        documents: await documentsIn(file),
        ...(dataSet !== undefined && { dataSet }),
      };
    }),
  );
}

function filesAt(path: string): string[] {
  try {
    return findFiles(path, { base: process.cwd(), extensions: dataExtensions });
  } catch {
    return [path]; // the path no longer exists
  }
}

/** Manifest of `attune data pipeline`, next to its shards or one level up. */
function manifestOf(file: string): DataOrigin['dataSet'] {
  const path = [dirname(file), dirname(dirname(file))].map((folder) => join(folder, 'manifest.json')).find(existsSync);
  if (path === undefined) return undefined;
  const { hash, parents = [] } = readJson<{ hash: string; parents?: { file: string; sha256: string }[] }>(path);
  return { hash, sources: parents.map(({ file: source, sha256 }) => ({ file: source, sha256 })) };
}

/** Number of rows per document, from the column of prepared rows. */
async function documentsIn(file: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = table({});
  if (!file.endsWith('.jsonl') || !existsSync(file)) return counts;
  for await (const { value } of rawRows(file, () => undefined)) {
    const origins = Array.isArray(value[PROVENANCE]) ? (value[PROVENANCE] as { file?: unknown }[]) : [];
    const documents = new Set(origins.map((origin) => origin?.file).filter((one) => typeof one === 'string'));
    for (const document of documents) counts[document] = (counts[document] ?? 0) + 1;
  }
  return counts;
}

/** Number of rows from a document; null for the file itself; undefined if it has none. */
function rowsFrom({ path, documents, dataSet }: DataOrigin, document: string): number | null | undefined {
  const isSame = (one: string) => resolve(one) === resolve(document) || basename(one) === document;
  if (isSame(path)) return null;
  const rows = Object.entries(documents)
    .filter(([one]) => isSame(one))
    .reduce((sum, [, count]) => sum + count, 0);
  if (rows > 0) return rows;
  return dataSet?.sources.some(({ file }) => isSame(file)) === true ? null : undefined;
}
