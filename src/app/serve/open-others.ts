/** Opens models for the server that do not generate text. */
import { AttuneError } from '../../base/errors.ts';
import type { ItemModel, OpenRequest, RequestRow, RowModel, VectorModel } from '../../serving/index.ts';
import { openSession } from '../../jobs/worker/index.ts';
import type { EmbedChunk } from '../../answering/embed/embed.ts';
import type { PredictorDescription } from '../../answering/predict/predict.ts';
import type { Recommendation } from '../../answering/recommend/recommender.ts';
import type { EmbeddingModelDescription, MadeVectors } from '../../answering/embed/embedding-model.ts';
import { columnsOf } from '../../data/columns.ts';
import { prefixOf } from '../embed/vector-request.ts';
import { textFormat } from '../predict/input-shapes.ts';
import { RowAnswerer } from '../predict/row-answerer.ts';

/** The server decides when a worker stops, so workers ignore signals. */
export const OURS = { handleSignals: false, onEvent: () => undefined };

export async function openRowModel({ target, precision, storage, signal }: OpenRequest): Promise<RowModel> {
  const answerer = await RowAnswerer.open({ target, precision, storage, signal, onEvent: OURS.onEvent }, OURS);
  const { answers, labels, media } = answerer.description;
  return {
    answers,
    labels,
    media,
    async predict(rows, options) {
      let tokens = 0;
      const inputs = (
        await Promise.all(rows.map((row) => answerer.read([row], layoutOf(row, answerer.description))))
      ).flat();
      const answered = await answerer.answer(inputs, { ...options, onTokens: (read) => (tokens = read) });
      return { rows: answered, tokens };
    },
    close: () => answerer.close(),
    ended: answerer.ended,
  };
}

/** A row's format is never guessed from its content, since a guess could take a text for a path. */
function layoutOf(row: RequestRow, description: PredictorDescription) {
  if (typeof row === 'string') return {};
  const asTrained = description.shapes.find(({ format, columns = {} }) => {
    const named = Object.values(columns).flatMap((source) => columnsOf(source));
    return format !== undefined && named.some((column) => Object.hasOwn(row, column));
  });
  return asTrained ?? { format: textFormatOf(description) };
}

/** Rows for token classification may already be split into words. */
function textFormatOf(description: PredictorDescription) {
  return description.answers === 'stretch' ? 'questions' : textFormat(description);
}

export async function openVectorModel({ target, signal }: OpenRequest): Promise<VectorModel> {
  const session = await openSession({ job: 'embed', input: { target }, signal, ...OURS });
  const ask = async <Chunk extends EmbedChunk>(request: object, stop?: AbortSignal): Promise<Chunk> => {
    for await (const chunk of session.send<Chunk>(request, stop)) return chunk;
    throw new Error('the worker ended a request without its answer');
  };
  const about = await ask<EmbeddingModelDescription>({ ask: 'description' });
  return {
    width: about.width,
    similarity: about.similarity,
    async vectors(texts, { prompt, signal: stop }) {
      if (texts.length === 0) return { vectors: new Float32Array(), tokens: 0, cut: [] };
      const made = await ask<MadeVectors>({ texts, prefix: prefixOf(about, prompt) }, stop);
      if (made.vectors.every(Number.isFinite)) return made;
      throw new AttuneError('E_VECTOR_NOT_FINITE', {
        what: 'The model computed a vector that is not finite',
      });
    },
    async close() {
      await session.close();
    },
    ended: session.ended,
  };
}

export async function openItemModel({ target, signal }: OpenRequest): Promise<ItemModel> {
  const session = await openSession({ job: 'recommend-rows', input: { target }, signal, ...OURS });
  return {
    async recommend(rows, { signal: stop, ...options }) {
      for await (const found of session.send<Recommendation[]>({ rows, ...options }, stop)) return found;
      throw new Error('the worker ended a request without its answer');
    },
    close: () => session.close(),
    ended: session.ended,
  };
}
