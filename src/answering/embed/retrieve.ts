import { AttuneError } from '../../base/errors.ts';
import { readIndex } from '../../engine/vectors/index.ts';
import type { JobContext, JobRequest } from '../../base/job.ts';
import { openEmbeddingModel, type EmbeddingModelOptions } from './embedding-model.ts';
import { toUnitRows } from '../tasks/answers/text-vectors.ts';
import { embedRows, type VectorRows } from './embed.ts';

export interface RetrieveInput extends EmbeddingModelOptions {
  /** Path of the index. */
  index: string;
  /** Whether its vectors are normalised to unit length. */
  isCosine: boolean;
}

export interface RetrieveRequest {
  queries: VectorRows;
  /** Number of results per query. */
  count: number;
}

/** For each query, the best-matching rows with their scores, best first. */
export interface RetrieveChunk {
  found: { rows: number[]; scores: number[] }[];
  /** Indices of truncated queries. */
  cut: number[];
}

/** Answers queries until the session is closed. @throws AttuneError E_INDEX_BAD, E_INDEX_STALE and those of opening */
export async function run(input: RetrieveInput, { emit, requests }: JobContext): Promise<{ queries: number }> {
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${input.target}` });
  const { index, ids, madeBy } = readIndex(input.index);
  const model = await openEmbeddingModel(input);
  if ((await model.identity()) !== madeBy) throw otherModel(input);
  let queries = 0;
  for await (const request of requests as AsyncIterable<JobRequest<RetrieveRequest, RetrieveChunk>>) {
    try {
      const { body, signal } = request;
      const { vectors, width, cut } = await embedRows(model, body.queries, signal);
      if (input.isCosine) toUnitRows(vectors, width);
      const found = vectors.length === 0 ? [] : index.search(vectors, body.count);
      queries += found.length;
      const named = found.map(({ rows, scores }) => ({
        rows: Array.from(rows, (row) => ids[row]),
        scores: [...scores],
      }));
      request.send({ found: named, cut });
      request.end();
    } catch (error) {
      request.fail(error);
    }
  }
  return { queries };
}

function otherModel({ index, target }: RetrieveInput): AttuneError {
  return new AttuneError('E_INDEX_STALE', {
    what: `${index} was not built with the current ${target}`,
    got: 'a model with other weights, another tokenizer or another pooling',
    fix: 'rebuild the index with this model: attune retrieve index; or name the model that built it: --model',
  });
}
