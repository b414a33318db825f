import type { JobContext, JobRequest } from '../../base/job.ts';
import {
  openEmbeddingModel,
  type EmbeddingModel,
  type EmbeddingModelDescription,
  type EmbeddingModelOptions,
  type MadeVectors,
} from './embedding-model.ts';
import type { PlacedImage } from '../tasks/answers/pair-vectors.ts';

/** Rows to embed: texts, or image files. */
export type VectorRows =
  | { texts: readonly (string | readonly number[])[]; prefix?: string }
  | { images: readonly PlacedImage[] };

/** One request of a session: the model's description, a hash that identifies its vectors, or vectors of rows. */
export type EmbedRequest = { ask: 'description' } | { ask: 'identity' } | VectorRows;

export type EmbedChunk = EmbeddingModelDescription | { identity: string } | MadeVectors;

/** Embeds rows until the session is closed. @throws AttuneError E_TASK_UNSUPPORTED, E_POOLING */
export async function run(input: EmbeddingModelOptions, { emit, requests }: JobContext): Promise<{ rows: number }> {
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${input.target}` });
  const model = await openEmbeddingModel(input);
  let rows = 0;
  for await (const request of requests as AsyncIterable<JobRequest<EmbedRequest, EmbedChunk>>) {
    try {
      const answer = await answerOf(model, request);
      if ('vectors' in answer) rows += answer.vectors.length / answer.width;
      request.send(answer);
      request.end();
    } catch (error) {
      request.fail(error);
    }
  }
  return { rows };
}

async function answerOf(
  model: EmbeddingModel,
  { body, signal }: JobRequest<EmbedRequest, EmbedChunk>,
): Promise<EmbedChunk> {
  if ('ask' in body) return body.ask === 'identity' ? { identity: await model.identity() } : model.describe();
  return embedRows(model, body, signal);
}

/** Vectors of texts or of images. */
export function embedRows(model: EmbeddingModel, rows: VectorRows, signal: AbortSignal): Promise<MadeVectors> {
  return 'texts' in rows
    ? model.embedTexts(rows.texts, { prefix: rows.prefix, signal })
    : model.embedImages(rows.images, signal);
}
