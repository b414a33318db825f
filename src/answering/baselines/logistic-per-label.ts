import { joinLabels } from '../../data/kinds/multilabel.ts';
import { labelsIn, rowLabels } from '../../scoring/prompt-text.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { readerWithin, templateOf, type PromptTemplate } from './baseline.ts';
import { keptBaseline } from './kept.ts';
import { features, WORDS } from './logistic-regression.ts';
import { fitMultinomial, predictMultinomial } from './multinomial.ts';
import { fitTfIdf, openTfIdf } from './tf-idf.ts';

/** The penalty is 1 / (C · rows). */
const STRENGTH = 10;
const IMPROVEMENT = 1e-3;

/**
 * Tf-idf of words and word pairs, with one logistic regression per label; labels with a probability of at least one
 * half are assigned.
 */
export const logisticPerLabel = keptBaseline({
  name: 'logistic_per_label',
  title: 'tf-idf + logistic regression per label',
  forms: ['labels'],
  mostRows: 20_000,
  unfit: (train) => (labelsIn(train).length === 0 ? 'no training row has a label' : undefined),
  async learn(train, options) {
    const template = templateOf(train);
    const { tfIdf, matrix } = fitTfIdf(train.map(readerWithin(template)), features(2));
    const how = { l2: 1 / (STRENGTH * train.length), improvement: IMPROVEMENT, ...options };
    const labels = labelsIn(train);
    const parameters = labels.map((label) => {
      const has = Int32Array.from(train, (example) => (rowLabels(example).includes(label) ? 1 : 0));
      return fitMultinomial(matrix, has, 2, how).parameters;
    });
    const arrays = Object.fromEntries(parameters.map((values, place) => [`parameters.${place}`, values]));
    return { values: { template, labels }, arrays: { ...tfIdf.learnt, ...arrays } };
  },
  open({ values, arrays }) {
    const { template, labels } = values as unknown as { template: PromptTemplate; labels: string[] };
    const { slots, weights } = arrays as { slots: Int32Array; weights: Float64Array };
    const input = readerWithin(template);
    const tfIdf = openTfIdf({ slots, weights }, WORDS);
    const models = labels.map((label, place) => {
      const parameters = arrays[`parameters.${place}`] as Float64Array;
      return { label, model: { classes: 2, parameters } };
    });
    return rowPredictor('logistic_per_label', (example) => {
      const row = tfIdf.transform(input(example));
      const found = models.map(({ label, model }) => [label, predictMultinomial(model, row)[1]] as const);
      const given = found.filter(([, probability]) => probability >= 0.5).map(([label]) => label);
      return { text: joinLabels(given), labels: given, scores: Object.fromEntries(found) };
    });
  },
});
