import { inChunks } from '../../base/chunks.ts';
import type { EventSink } from '../../base/events.ts';
import { plural } from '../../base/format.ts';
import { pushAll } from '../../base/many.ts';
import { openSession } from '../../jobs/worker/index.ts';
import type { EmbedChunk, EmbedRequest } from '../../answering/embed/embed.ts';
import type {
  AskedPooling,
  EmbeddingModelDescription,
  EmbeddingModelOptions,
  MadeVectors,
} from '../../answering/embed/embedding-model.ts';
import { prefixOf, rowsRequest } from './vector-request.ts';
import { openRows, type EmbedRow, type ReadyRow, type RowSource } from './row-source.ts';

export interface EmbedderOptions extends EmbeddingModelOptions {
  /** Receives events as they happen. */
  onEvent?: EventSink;
  /** Aborts the work. */
  signal?: AbortSignal;
}

export type { AskedPooling, EmbeddingModelDescription, EmbedRow };

export interface EmbedTextsOptions {
  /** Name of one of the model's prompts, which is prepended to every text. */
  prompt?: string;
  signal?: AbortSignal;
}

/** An embedding model, loaded until it is closed. */
export interface Embedder {
  readonly model: EmbeddingModelDescription;
  /** Returns one vector per text or per image that a row names: `{ image: 'cat.png' }`. */
  embed(rows: readonly EmbedRow[], options?: EmbedTextsOptions): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/**
 * Opens an embedding model for texts and, if it reads them, images.
 * @throws AttuneError E_TASK_UNSUPPORTED if it computes no embeddings, E_POOLING if its pooling is unknown
 */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  const { model, ready, close } = await openVectors(options);
  return {
    model,
    async embed(rows, { prompt, signal } = {}) {
      const prefix = prefixOf(model, prompt);
      if (rows.length === 0) return [];
      const source = await openRows({ rows, purpose: 'vectors' });
      const vectors: Float32Array[] = [];
      for await (const row of inChunks(source.rows(), PIECE)) pushAll(vectors, split(await ready(row, prefix, signal)));
      return vectors;
    },
    close,
  };
}

/** Number of rows per request. */
const PIECE = 256;

export interface OpenVectors {
  model: EmbeddingModelDescription;
  ready(rows: readonly ReadyRow[], prefix?: string, signal?: AbortSignal): Promise<MadeVectors>;
  identity(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the underlying session, which embeds rows that are already read. */
export async function openVectors({ onEvent, signal, ...input }: EmbedderOptions): Promise<OpenVectors> {
  const session = await openSession({ job: 'embed', input, onEvent, signal });
  const ask = async <Chunk extends EmbedChunk>(request: EmbedRequest, stop?: AbortSignal): Promise<Chunk> => {
    for await (const chunk of session.send<Chunk>(request, stop)) return chunk;
    throw new Error('the worker ended a request without its answer');
  };
  return {
    model: await ask<EmbeddingModelDescription>({ ask: 'description' }),
    ready: (rows, prefix, stop) => ask<MadeVectors>(rowsRequest(rows, prefix), stop),
    identity: async () => (await ask<{ identity: string }>({ ask: 'identity' })).identity,
    async close() {
      await session.close();
    },
  };
}

function split({ vectors, width }: MadeVectors): Float32Array[] {
  return Array.from({ length: vectors.length / width }, (_, row) => vectors.subarray(row * width, (row + 1) * width));
}

export interface EmbedAllOptions {
  /** Called with each row and its vector, in order. */
  keep(row: ReadyRow, vector: Float32Array): void;
  prefix?: string;
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** Embeds all rows of a source chunk by chunk; `cut` counts truncated texts. */
export async function embedAll(
  source: RowSource,
  { ready }: Pick<OpenVectors, 'ready'>,
  { keep, prefix, onEvent, signal }: EmbedAllOptions,
): Promise<{ cut: number }> {
  const total = source.count;
  let [done, cut] = [0, 0];
  onEvent?.({ type: 'phase-started', phase: 'generate', message: `computing ${plural(total, 'vectors')}` });
  for await (const piece of inChunks(source.rows(), PIECE)) {
    signal?.throwIfAborted();
    const made = await ready(piece, prefix, signal);
    cut += made.cut.length;
    for (const [i, vector] of split(made).entries()) keep(piece[i], vector);
    done += piece.length;
    onEvent?.({ type: 'work-advanced', phase: 'generate', done, total, unit: 'rows' });
  }
  return { cut };
}
