import type { Example } from '../../data/example.ts';
import { collectionOf, KEPT } from '../../scoring/collection.ts';
import { promptText } from '../../scoring/prompt-text.ts';
import type { Baseline } from './baseline.ts';

const K1 = 1.5;
const B = 0.75;
/** Words in more than half of the texts get this share of the mean weight instead of a negative one. */
const FLOOR = 0.25;

/** Splits a text into lower-case words, as a search engine does. */
export function searchWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Okapi BM25 (Robertson and Zaragoza, 2009) over tokenised texts; equivalent to rank_bm25's BM25Okapi. */
export class Bm25 {
  readonly #texts: number;
  /** For each word, the texts that contain it and its count in each. */
  readonly #postings = new Map<string, { texts: number[]; counts: number[] }>();
  readonly #weights = new Map<string, number>();
  readonly #lengths: number[];
  readonly #meanLength: number;

  constructor(texts: readonly (readonly string[])[]) {
    this.#texts = texts.length;
    this.#lengths = texts.map(({ length }) => length);
    this.#meanLength = this.#lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
    for (const [text, words] of texts.entries()) this.#add(text, words);
    const weights = [...this.#postings].map(
      ([word, { texts: with_ }]) => [word, this.#weightOf(with_.length)] as const,
    );
    const mean = weights.reduce((sum, [, weight]) => sum + weight, 0) / Math.max(1, weights.length);
    for (const [word, weight] of weights) this.#weights.set(word, weight < 0 ? FLOOR * mean : weight);
  }

  #add(text: number, words: readonly string[]): void {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      const posting = this.#postings.get(word) ?? { texts: [], counts: [] };
      posting.texts.push(text);
      posting.counts.push(count);
      this.#postings.set(word, posting);
    }
  }

  #weightOf(textsWith: number): number {
    return Math.log(this.#texts - textsWith + 0.5) - Math.log(textsWith + 0.5);
  }

  /** Scores every text against the query words. */
  scores(query: readonly string[]): Float64Array {
    const scores = new Float64Array(this.#texts);
    for (const word of query) {
      const posting = this.#postings.get(word);
      if (posting === undefined) continue;
      const weight = this.#weights.get(word)!;
      for (const [i, text] of posting.texts.entries()) {
        const count = posting.counts[i];
        const length = 1 - B + (B * this.#lengths[text]) / this.#meanLength;
        scores[text] += (weight * count * (K1 + 1)) / (count + K1 * length);
      }
    }
    return scores;
  }
}

/** Ranks texts by the words that they share with the row's query. Learns nothing from the training rows. */
export const bm25: Baseline = {
  name: 'bm25',
  title: 'BM25',
  forms: ['retrieval'],
  unfit: () => undefined,
  async fit() {
    return {
      name: 'bm25',
      async predict(examples, options) {
        const collection = collectionOf(examples);
        const index = new Bm25(collection.map(searchWords));
        return examples.map((example, done) => {
          options?.signal?.throwIfAborted();
          options?.onProgress?.(done + 1, examples.length);
          return { id: example.id, ...found(index.scores(searchWords(promptText(example as Example))), collection) };
        });
      },
    };
  },
};

function found(scores: Float64Array, collection: readonly string[]): { text: string; ranking: string[] } {
  const order = [...scores.keys()].toSorted((a, b) => scores[b] - scores[a] || a - b).slice(0, KEPT);
  const ranking = order.map((i) => collection[i]);
  return { text: ranking[0] ?? '', ranking };
}
