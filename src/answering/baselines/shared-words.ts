import type { GradedExample } from '../../data/example.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';
import { fitTfIdf } from './tf-idf.ts';

/** Similarity of two texts by shared words: the cosine of their tf-idf, learnt on the training texts. */
export const sharedWords: Baseline = {
  name: 'shared_words',
  title: 'tf-idf cosine of the two texts',
  forms: ['similarity'],
  unfit: () => undefined,
  async fit(train) {
    const texts = (train as readonly GradedExample[]).flatMap(({ first, second }) => [first, second]);
    const { tfIdf } = fitTfIdf(texts, { words: true, characters: { from: 3, to: 5 } });
    return rowPredictor('shared_words', (example) => {
      const { first, second } = example as GradedExample;
      const [a, b] = [tfIdf.transform(first), tfIdf.transform(second)];
      const values = new Map(Array.from(a.columns, (column, i) => [column, a.values[i]]));
      const cosine = b.columns.reduce((sum, column, i) => sum + (values.get(column) ?? 0) * b.values[i], 0);
      return { text: String(cosine) };
    });
  },
};
