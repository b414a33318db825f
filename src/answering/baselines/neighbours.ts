import type { Example } from '../../data/example.ts';
import { inputReader } from './baseline.ts';
import { transposed, type SparseMatrix } from './sparse.ts';
import { fitTfIdf, type TfIdf } from './tf-idf.ts';

/** Character n-grams match misspelt words; in long texts words alone are enough, at a fifth of the time. */
const SHORT_TEXT = 100;
const CHARACTERS = { from: 2, to: 5 };

/** Finds the most similar texts: tf-idf cosine of words and character n-grams. */
export class NearestTexts {
  readonly #tfIdf: TfIdf;
  readonly #rowsWith: SparseMatrix;
  /** Scratch space, one number per text. */
  readonly #similarity: Float32Array;

  constructor(texts: readonly string[]) {
    const isShort = texts.reduce((sum, text) => sum + text.length, 0) < SHORT_TEXT * texts.length;
    const { tfIdf, matrix } = fitTfIdf(texts, { words: true, characters: isShort ? CHARACTERS : undefined });
    this.#tfIdf = tfIdf;
    this.#rowsWith = transposed(matrix);
    this.#similarity = new Float32Array(texts.length);
  }

  /** Indices of the most similar texts, nearest first; ties go to the earlier text. */
  nearest(text: string, count: number): number[] {
    const similarity = this.#compare(text);
    const found: number[] = [];
    for (let row = 0; row < similarity.length; row++) {
      if (found.length === count && similarity[row] <= similarity[found[count - 1]]) continue;
      if (found.length === count) found.pop();
      let place = found.length;
      while (place > 0 && similarity[found[place - 1]] < similarity[row]) place--;
      found.splice(place, 0, row);
    }
    return found;
  }

  #compare(text: string): Float32Array {
    const similarity = this.#similarity.fill(0);
    const query = this.#tfIdf.transform(text);
    const { offsets, columns, values } = this.#rowsWith;
    for (const [i, column] of query.columns.entries()) {
      const end = offsets[column + 1];
      for (let entry = offsets[column]; entry < end; entry++) {
        similarity[columns[entry]] += query.values[i] * values[entry];
      }
    }
    return similarity;
  }
}

/** Finds training rows with similar inputs. */
export class Neighbours {
  readonly #train: readonly Example[];
  readonly #input: (example: Example) => string;
  readonly #texts: NearestTexts;

  constructor(train: readonly Example[]) {
    this.#train = train;
    this.#input = inputReader(train);
    this.#texts = new NearestTexts(train.map(this.#input));
  }

  /** The most similar training rows, nearest first; ties go to the earlier row. */
  nearest(example: Example, count: number): Example[] {
    return this.#texts.nearest(this.#input(example), count).map((row) => this.#train[row]);
  }
}
