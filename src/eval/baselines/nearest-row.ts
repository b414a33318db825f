import type { Example } from '../../data/example.ts';
import { answerText } from '../example-text.ts';
import { rowPredictor } from '../predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';
import { transposed, type SparseMatrix, type SparseRow } from './sparse.ts';
import { fitTfIdf } from './tf-idf.ts';

const FEATURES = { words: true, characters: { from: 2, to: 5 } };

/** Answers with the answer of the training row whose input is most alike: tf-idf cosine over words and characters. */
export const nearestRow: Baseline = {
  name: 'nearest',
  title: 'nearest training row',
  unfit: (train) => (train.length === 0 ? 'there are no training rows' : undefined),
  async fit(train) {
    const input = inputReader(train);
    const { tfIdf, matrix } = fitTfIdf(train.map(input), FEATURES);
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
