import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { openSession } from '../../jobs/worker/index.ts';
import type { RetrieveChunk, RetrieveRequest } from '../../answering/embed/retrieve.ts';
import type { AskedPooling } from '../../answering/embed/embedding-model.ts';
import { openRows, type EmbedRow, type ReadyRow } from '../embed/row-source.ts';
import { rowsRequest } from '../embed/vector-request.ts';
import { IndexedRows, indexFiles, readManifest, type IndexManifest } from './index-folder.ts';

export interface OpenIndexOptions {
  /** Path of the model if it has moved; its weights must be unchanged. */
  model?: string;
  /** Receives events as they happen. */
  onEvent?: EventSink;
  /** Cancels opening. */
  signal?: AbortSignal;
}

/** A row that was found, with its score. */
export interface Hit {
  /** 1 is the best. */
  rank: number;
  /** Cosine similarity, or the dot product for models that use it. */
  score: number;
  /** Position of the row in the index, from 0. */
  place: number;
  row: Record<string, unknown>;
}

export interface QueryOptions {
  /** Maximum number of rows per query. Default 5. */
  topK?: number;
  /** Cancels the query. */
  signal?: AbortSignal;
}

/** A search index, which answers queries until it is closed. */
export interface OpenIndex {
  readonly about: IndexManifest;
  /** Path of the model that embeds the queries. */
  readonly target: string;
  /** The best rows for each query, which is a text or names an image: `{ image: 'cat.png' }`. */
  query(queries: readonly EmbedRow[], options?: QueryOptions): Promise<Hit[][]>;
  /** `query` for rows that were read from a file. */
  search(queries: readonly ReadyRow[], options?: QueryOptions): Promise<Hit[][]>;
  close(): Promise<void>;
}

export const USUAL_HITS = 5;

/**
 * Opens an index with the model that built it.
 * @throws AttuneError E_INDEX_MISSING, E_INDEX_BAD, E_INDEX_STALE if the model has changed since
 */
export async function openIndex(folder: string, options: OpenIndexOptions = {}): Promise<OpenIndex> {
  const about = readManifest(folder);
  const rows = new IndexedRows(folder, about.count);
  try {
    return await open(folder, { about, rows, options });
  } catch (error) {
    rows[Symbol.dispose]();
    throw error;
  }
}

interface Opening {
  about: IndexManifest;
  rows: IndexedRows;
  options: OpenIndexOptions;
}

async function open(folder: string, { about, rows, options }: Opening): Promise<OpenIndex> {
  const { onEvent, signal } = options;
  const target = options.model ?? modelOf(about);
  const { base, similarity, model } = about;
  const pooling = model.pooling as AskedPooling | undefined;
  const input = {
    target,
    base,
    pooling,
    index: join(resolve(folder), indexFiles.vectors),
    isCosine: similarity === 'cosine',
  };
  const session = await openSession({ job: 'retrieve', input, onEvent, signal });
  const search = async (queries: readonly ReadyRow[], { topK = USUAL_HITS, signal: stop }: QueryOptions = {}) => {
    const request: RetrieveRequest = { queries: rowsRequest(queries, about.prompts.query), count: topK };
    for await (const { found } of session.send<RetrieveChunk>(request, stop)) {
      return found.map(({ rows: places, scores }) =>
        places.map((place, i): Hit => ({ rank: i + 1, score: scores[i], place, row: rows.row(place) })),
      );
    }
    throw new Error('the worker ended a request without its answer');
  };
  return {
    about,
    target,
    search,
    async query(queries, asked) {
      if (queries.length === 0) return [];
      const ready: ReadyRow[] = [];
      for await (const row of (await openRows({ rows: queries, purpose: 'query' })).rows()) ready.push(row);
      return search(ready, asked);
    },
    async close() {
      rows[Symbol.dispose]();
      await session.close();
    },
  };
}

/** @throws AttuneError E_MODEL_MISSING */
function modelOf({ model: { name, path } }: IndexManifest): string {
  const found = [path, name].find((one) => existsSync(one));
  if (found !== undefined || path === name) return found ?? name;
  throw new AttuneError('E_MODEL_MISSING', {
    what: 'The model that built the index has moved or was deleted',
    got: `nothing in ${path}`,
    fix: 'give its new path: --model FOLDER',
  });
}
