import { entryOf } from '../../base/table.ts';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { runJob, type JobResult } from '../../jobs/worker/index.ts';
import {
  embedAll,
  openVectors,
  type AskedPooling,
  type EmbeddingModelDescription,
  type OpenVectors,
} from '../embed/embedder.ts';
import { rememberedColumns } from '../embed/remembered-columns.ts';
import { namesOf } from '../embed/row-columns.ts';
import { openRows, type ReadyRow, type RowSource } from '../embed/row-source.ts';
import { rowsFileOf, VectorFile } from '../embed/vector-file.ts';
import type { useCase, CreatedIndex } from '../use-cases/retrieve-index.ts';
import { textColumnsOf, vectorSource } from '../use-cases/shared/vector-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { IndexedRows, indexFiles, newManifest, readManifest, type IndexManifest } from './index-folder.ts';

type CreateIndexOptions = CallOptions<typeof useCase>;

/**
 * Creates a folder of rows for semantic search, or adds rows to one. The folder appears complete or not at all.
 * @throws AttuneError E_OUTPUT_EXISTS, E_INDEX_MISSING, E_INDEX_STALE, E_BAD_ROWS, E_BAD_COLUMNS, and errors of
 * opening
 */
export async function createIndex(target: string, options: CreateIndexOptions): Promise<CreatedIndex> {
  const { output: to, add = false, onEvent, signal } = options;
  const { input, rows } = vectorSource(options.input);
  const previous = add ? readManifest(to) : undefined;
  if (!add && existsSync(to)) throw exists(to);
  if (input !== undefined) onEvent?.({ type: 'phase-started', phase: 'data', message: `reading ${input}` });
  const { text, image } = columnsFor(options, previous);
  const remembered = rememberedColumns(target, 'document');
  const source = await openRows({ input, rows, text, image, purpose: 'document', remembered, signal });
  const { pooling = previous?.model.pooling as AskedPooling | undefined, base = previous?.base } = options;
  const exact = options.exact ?? previous?.isExact;
  const session = await openVectors({ target, base, pooling, onEvent, signal });
  try {
    const identity = await session.identity();
    if (previous !== undefined && previous.model.identity !== identity) throw otherModel(to, target, previous);
    return await writeWholeFolder(resolve(to), async (draft) =>
      fill(draft, { options: { ...options, pooling, base, exact }, target, source, session, identity, previous }),
    );
  } finally {
    await session.close().catch(() => undefined);
  }
}

interface Filling {
  options: CreateIndexOptions;
  target: string;
  source: RowSource;
  session: OpenVectors;
  identity: string;
  previous?: IndexManifest;
}

async function fill(draft: string, filling: Filling): Promise<CreatedIndex> {
  const { options, source, session, previous } = filling;
  const { output: to } = options;
  const prompts = previous?.prompts ?? promptsOf(session.model);
  const made = join(draft, 'made.safetensors');
  const { cut } = await writeVectors(made, filling, prompts.document);
  await joinRows(draft, made, previous === undefined ? undefined : to);
  const indexed = await indexVectors(draft, made, filling);
  rmSync(made);
  writeJson(join(draft, indexFiles.manifest), manifestOf(filling, { prompts, indexed }));
  new IndexedRows(draft, indexed.count)[Symbol.dispose]();
  return {
    folder: resolve(to),
    added: source.count,
    rows: indexed.count,
    kind: indexed.kind,
    width: indexed.width,
    columns: namesOf(source.columns),
    cut,
    ...(indexed.recall !== undefined && { recall: indexed.recall }),
  };
}

async function writeVectors(path: string, { options, source, session }: Filling, prefix: string | undefined) {
  const { onEvent, signal } = options;
  using file = new VectorFile(path, { count: source.count, width: session.model.width });
  const keep = ({ values }: ReadyRow, vector: Float32Array) => file.add(values, vector);
  const counts = await embedAll(source, session, { keep, prefix, onEvent, signal });
  file.commit();
  return counts;
}

function indexVectors(draft: string, vectors: string, { options, session, identity, previous }: Filling) {
  const { output: to, exact, onEvent, signal } = options;
  const input = {
    vectors,
    previous: previous && join(resolve(to), indexFiles.vectors),
    to: join(draft, indexFiles.vectors),
    madeBy: identity,
    isCosine: session.model.similarity === 'cosine',
    isExact: exact,
  };
  return runJob({ job: 'index-vectors', input, onEvent, signal });
}

function manifestOf(
  { options, target, source, session: { model }, identity }: Filling,
  { prompts, indexed }: { prompts: IndexManifest['prompts']; indexed: JobResult<'index-vectors'> },
): IndexManifest {
  const { pooling, exact = false, base = false } = options;
  const { kind, count, width, recall } = indexed;
  return newManifest({
    model: { name: target, path: existsSync(target) ? resolve(target) : target, identity, pooling },
    base,
    similarity: model.similarity,
    kind,
    isExact: exact,
    count,
    width,
    recall,
    columns: source.columns,
    prompts,
    readsImages: model.readsImages,
  });
}

/** The requested columns, otherwise those of the existing index. */
function columnsFor({ textColumn, imageColumn: image }: CreateIndexOptions, previous: IndexManifest | undefined) {
  const text = textColumnsOf(textColumn);
  if (text !== undefined || image !== undefined || previous === undefined) return { text, image };
  return previous.columns;
}

/** Prefixes of documents and queries, found by the usual names of such prompts. */
function promptsOf({ prompts, defaultPrompt = '', isTuned }: EmbeddingModelDescription): IndexManifest['prompts'] {
  const named = (names: readonly string[]) =>
    entryOf(prompts, names.find((name) => Object.hasOwn(prompts, name)) ?? defaultPrompt);
  return isTuned ? {} : { document: named(['document', 'passage', 'corpus']), query: named(['query', 'question']) };
}

/** Writes the rows of an existing index, if there is one, followed by the new ones. */
async function joinRows(draft: string, made: string, earlier: string | undefined): Promise<void> {
  using rows = new FileDraft(join(draft, indexFiles.rows));
  const parts = [...(earlier === undefined ? [] : [join(earlier, indexFiles.rows)]), rowsFileOf(made)];
  for (const part of parts) for await (const piece of createReadStream(part)) rows.write(piece as Buffer);
  rows.commit();
  rmSync(rowsFileOf(made));
}

function exists(folder: string): AttuneError {
  return new AttuneError('E_OUTPUT_EXISTS', {
    what: `${folder} already exists`,
    fix: 'choose another folder, or add the rows to it: --add',
  });
}

function otherModel(folder: string, target: string, { model }: IndexManifest): AttuneError {
  return new AttuneError('E_INDEX_STALE', {
    what: `${folder} was not built with the current ${target}`,
    got: `vectors of ${model.name} with other weights, another tokenizer or another pooling`,
    fix: 'add rows with the model that built it, or create a new index',
  });
}
