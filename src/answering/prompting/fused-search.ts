import { Bm25, searchWords } from '../baselines/bm25.ts';
import type { EmbedTexts, MeaningSearch } from './meaning-search.ts';

/** Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): larger values give less weight to the first ranks. */
const FUSION = 60;
/** Number of texts that each ranking contributes. */
const DEPTH = 100;

/** Finds texts by words (BM25) and, with an encoder, by meaning; the rankings are fused by reciprocal rank. */
export class FusedSearch {
  readonly #words: Bm25;
  readonly #meaning?: MeaningSearch;

  private constructor(words: Bm25, meaning?: MeaningSearch) {
    this.#words = words;
    this.#meaning = meaning;
  }

  static async over(texts: readonly string[], embed?: EmbedTexts): Promise<FusedSearch> {
    const words = new Bm25(texts.map(searchWords));
    if (embed === undefined || texts.length === 0) return new FusedSearch(words);
    // Loaded only here: it brings libtorch.
    const { searchByMeaning } = await import('./meaning-search.ts');
    return new FusedSearch(words, await searchByMeaning(texts, embed));
  }

  /** Places of the best texts for each query, best first; ties go to the earlier text. */
  async find(queries: readonly string[], count: number): Promise<number[][]> {
    const byWords = queries.map((query) => this.#byWords(query));
    if (this.#meaning === undefined || queries.length === 0) return byWords.map((found) => found.slice(0, count));
    const byMeaning = await this.#meaning.find(queries, DEPTH);
    return byWords.map((found, i) => fuse([found, byMeaning[i]]).slice(0, count));
  }

  /** Texts that share a word with the query. */
  #byWords(query: string): number[] {
    const scores = this.#words.scores(searchWords(query));
    const found = [...scores.keys()].filter((place) => scores[place] > 0);
    return found.toSorted((a, b) => scores[b] - scores[a] || a - b).slice(0, DEPTH);
  }
}

/** Reciprocal rank fusion of rankings, best first; ties go to the smaller place. */
export function fuse(rankings: readonly (readonly number[])[]): number[] {
  const scores = new Map<number, number>();
  for (const ranking of rankings)
    for (const [rank, place] of ranking.entries())
      scores.set(place, (scores.get(place) ?? 0) + 1 / (FUSION + rank + 1));
  return [...scores.keys()].toSorted((a, b) => scores.get(b)! - scores.get(a)! || a - b);
}
