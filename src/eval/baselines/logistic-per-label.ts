import { joinLabels, labelsIn, rowLabels } from '../example-text.ts';
import { rowPredictor } from '../predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';
import { features } from './logistic-regression.ts';
import { fitMultinomial, predictMultinomial } from './multinomial.ts';
import { fitTfIdf } from './tf-idf.ts';

/** The penalty is 1 / (C · rows). */
const STRENGTH = 10;
const IMPROVEMENT = 1e-3;

/** Words and word pairs by tf-idf into one logistic regression for each label; a label is given from a half. */
export const logisticPerLabel: Baseline = {
  name: 'logistic_per_label',
  title: 'tf-idf + logistic regression per label',
  forms: ['labels'],
  mostRows: 20_000,
  unfit: (train) => (labelsIn(train).length === 0 ? 'no training row has a label' : undefined),
  async fit(train, options) {
    const input = inputReader(train);
    const { tfIdf, matrix } = fitTfIdf(train.map(input), features(2));
    const how = { l2: 1 / (STRENGTH * train.length), improvement: IMPROVEMENT, ...options };
    const models = labelsIn(train).map((label) => {
      const has = Int32Array.from(train, (example) => (rowLabels(example).includes(label) ? 1 : 0));
      return { label, model: fitMultinomial(matrix, has, 2, how) };
    });
    return rowPredictor('logistic_per_label', (example) => {
      const row = tfIdf.transform(input(example));
      const found = models.map(({ label, model }) => [label, predictMultinomial(model, row)[1]] as const);
      const labels = found.filter(([, probability]) => probability >= 0.5).map(([label]) => label);
      return { text: joinLabels(labels), labels, scores: Object.fromEntries(found) };
    });
  },
};
