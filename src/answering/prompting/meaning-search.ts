// D width of vectors
import { ExactIndex } from '../../engine/vectors/index.ts';
import { openEmbeddingModel } from '../embed/embedding-model.ts';
import { toUnitRows } from '../tasks/answers/text-vectors.ts';

/** Embeds texts, as concatenated vectors. */
export type EmbedTexts = (texts: readonly string[]) => Promise<{ vectors: Float32Array; width: number }>;

/** Finds texts by the cosine of their vectors. */
export interface MeaningSearch {
  find(queries: readonly string[], count: number): Promise<number[][]>;
}

/** @throws errors of opening */
export async function openEncoder(target: string): Promise<EmbedTexts> {
  const model = await openEmbeddingModel({ target });
  return async (texts) => {
    const made = await model.embedTexts(texts);
    toUnitRows(made.vectors, made.width);
    return made;
  };
}

/** The search is exact. */
export async function searchByMeaning(texts: readonly string[], embed: EmbedTexts): Promise<MeaningSearch> {
  const { vectors, width } = await embed(texts);
  const index = new ExactIndex(vectors, width);
  return {
    async find(queries, count) {
      const asked = await embed(queries);
      return index.search(asked.vectors, Math.min(count, texts.length)).map(({ rows }) => [...rows]);
    },
  };
}
