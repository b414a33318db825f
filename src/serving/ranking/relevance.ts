/** Relevance of texts to a query, computed by a cross-encoder or from embeddings. */
import { entryOf } from '../../base/table.ts';
import type { Call } from '../server-call.ts';
import { ApiError } from '../api-error.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { RowModel, VectorModel } from '../models/opened.ts';

export interface TextPair {
  query: string;
  text: string;
}

export interface Relevance {
  scores: number[];
  tokens: number;
}

type RankingModel = ServedModel & { kind: 'rows' | 'vectors' };

/** One score per pair, higher is better. @throws ApiError 400 for a model without a single score */
export async function relevanceOf(
  call: Call,
  model: RankingModel,
  { pairs, signal }: { pairs: readonly TextPair[]; signal: AbortSignal },
): Promise<Relevance> {
  using _turn = await call.admit({ model: model.id, rows: pairs.length, isSerial: true, signal });
  using lease = await call.lease(model);
  const found =
    model.kind === 'rows'
      ? await readTogether(lease.opened as RowModel, pairs, model.id)
      : await bySimilarity(lease.opened as VectorModel, pairs, signal);
  call.exchange.finished({ prompt: found.tokens, shared: 0, answer: 0 }, []);
  return found;
}

async function readTogether(model: RowModel, pairs: readonly TextPair[], name: string): Promise<Relevance> {
  const { answers, labels = [] } = model;
  const isScore = answers === 'number' || (answers === 'label' && labels.length === 2);
  if (!isScore) {
    const message = `The model '${name}' does not give a single score for a pair of texts.`;
    throw new ApiError(400, { message, param: 'model', code: 'unsupported_model' });
  }
  const { rows, tokens } = await model.predict(pairs.map(({ query, text }) => ({ text: query, text_pair: text })));
  const scores = rows.map(({ prediction, probabilities, error }, i) => {
    if (error !== undefined)
      throw new ApiError(400, { message: `Pair ${i}: ${error}`, param: 'documents', code: 'invalid_value' });
    return answers === 'number' ? Number(prediction) : (entryOf(probabilities, labels[1]) ?? 0);
  });
  return { scores, tokens };
}

async function bySimilarity(model: VectorModel, pairs: readonly TextPair[], signal: AbortSignal): Promise<Relevance> {
  const texts = [...new Set(pairs.flatMap(({ query, text }) => [query, text]))];
  const places = new Map(texts.map((text, i) => [text, i]));
  const { vectors, tokens } = await model.vectors(texts, { signal });
  const { width } = model;
  const vectorOf = (text: string) => vectors.subarray(places.get(text)! * width, (places.get(text)! + 1) * width);
  const scores = pairs.map(({ query, text }) => similarity(vectorOf(query), vectorOf(text), model.similarity));
  return { scores, tokens };
}

function similarity(a: Float32Array, b: Float32Array, kind: 'cosine' | 'dot'): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    ofA += a[i] * a[i];
    ofB += b[i] * b[i];
  }
  const length = Math.sqrt(ofA * ofB);
  return kind === 'dot' || length === 0 ? product : product / length;
}
