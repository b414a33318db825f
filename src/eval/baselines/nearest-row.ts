import type { Example } from '../../data/example.ts';
import { answerText } from '../example-text.ts';
import { rowPredictor } from '../predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';
import { transposed, type SparseMatrix, type SparseRow } from './sparse.ts';
import { fitTfIdf } from './tf-idf.ts';

/** Character runs find words spelt otherwise; in long texts words alone say enough, at a fifth of the time. */
const SHORT_TEXT = 100;
const CHARACTERS = { from: 2, to: 5 };

/** Answers with the answer of the training row whose input is most alike: tf-idf cosine of words and character runs. */
export const nearestRow: Baseline = {
  name: 'nearest',
  title: 'nearest training row',
  unfit: (train) => (train.length === 0 ? 'there are no training rows' : undefined),
  async fit(train) {
    const input = inputReader(train);
    const texts = train.map(input);
    const isShort = texts.reduce((sum, text) => sum + text.length, 0) < SHORT_TEXT * texts.length;
    const { tfIdf, matrix } = fitTfIdf(texts, { words: true, characters: isShort ? CHARACTERS : undefined });
    const rowsWith = transposed(matrix);
    const similarity = new Float32Array(train.length);
    return rowPredictor('nearest', (example: Example) => {
      const row = mostAlike(tfIdf.transform(input(example)), rowsWith, similarity);
      return { text: answerText(train[row]) };
    });
  },
};

/** Row with the largest dot product; the first of equals. `similarity` is scratch space, one number per row. */
function mostAlike(query: SparseRow, rowsWith: SparseMatrix, similarity: Float32Array): number {
  similarity.fill(0);
  for (const [i, column] of query.columns.entries()) {
    const value = query.values[i];
    const end = rowsWith.offsets[column + 1];
    for (let entry = rowsWith.offsets[column]; entry < end; entry++) {
      similarity[rowsWith.columns[entry]] += value * rowsWith.values[entry];
    }
  }
  let best = 0;
  for (let row = 1; row < similarity.length; row++) if (similarity[row] > similarity[best]) best = row;
  return best;
}
