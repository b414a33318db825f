import type { Example } from '../data/example.ts';
import { inputReader } from './baselines/baseline.ts';
import { transposed, type SparseMatrix } from './baselines/sparse.ts';
import { fitTfIdf, type TfIdf } from './baselines/tf-idf.ts';

/** Character runs find words spelt otherwise; in long texts words alone say enough, at a fifth of the time. */
const SHORT_TEXT = 100;
const CHARACTERS = { from: 2, to: 5 };

/** Finds training rows whose input is most like another's: tf-idf cosine of words and character runs. */
export class Neighbours {
  readonly #train: readonly Example[];
  readonly #input: (example: Example) => string;
  readonly #tfIdf: TfIdf;
  readonly #rowsWith: SparseMatrix;
  /** Scratch space, one number per row. */
  readonly #similarity: Float32Array;

  constructor(train: readonly Example[]) {
    this.#train = train;
    this.#input = inputReader(train);
    const texts = train.map(this.#input);
    const isShort = texts.reduce((sum, text) => sum + text.length, 0) < SHORT_TEXT * texts.length;
    const { tfIdf, matrix } = fitTfIdf(texts, { words: true, characters: isShort ? CHARACTERS : undefined });
    this.#tfIdf = tfIdf;
    this.#rowsWith = transposed(matrix);
    this.#similarity = new Float32Array(train.length);
  }

  /** The training rows most alike, the nearest first; the first of equals. */
  nearest(example: Example, count: number): Example[] {
    const similarity = this.#compare(example);
    const found: number[] = [];
    for (let row = 0; row < similarity.length; row++) {
      if (found.length === count && similarity[row] <= similarity[found[count - 1]]) continue;
      if (found.length === count) found.pop();
      let place = found.length;
      while (place > 0 && similarity[found[place - 1]] < similarity[row]) place--;
      found.splice(place, 0, row);
    }
    return found.map((row) => this.#train[row]);
  }

  #compare(example: Example): Float32Array {
    const similarity = this.#similarity.fill(0);
    const query = this.#tfIdf.transform(this.#input(example));
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
