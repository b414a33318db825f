import { plural } from '../../base/format.ts';
import { answerText } from '../../scoring/prompt-text.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { readerWithin, templateOf, type PromptTemplate } from './baseline.ts';
import { keptBaseline } from './kept.ts';
import { fitMultinomial, predictMultinomial } from './multinomial.ts';
import { fitTfIdf, openTfIdf } from './tf-idf.ts';

/** With fewer rows per class, answers are treated as texts rather than classes. */
export const MIN_ROWS_PER_CLASS = 5;
/** Maximum number of weights, which need 160 MB with the solver's eightfold memory. */
export const MAX_WEIGHTS = 2e6;
/** Maximum number of rows to fit on: more take minutes. */
export const MOST_ROWS = 20_000;
/**
 * Values of C to try, where the penalty is 1 / (C · rows). Starting from the strongest penalty, each fit begins near
 * its optimum.
 */
const STRENGTHS = [3, 10, 30];
const TUNING_ROWS = 3000;
/** A relative improvement below a tenth of a percent over five iterations no longer changes answers. */
const IMPROVEMENT = 1e-3;
const HELD_OUT_EVERY = 5;

/** Tf-idf of words and word pairs, with multinomial logistic regression; the penalty is chosen on training rows. */
export const logisticRegression = keptBaseline({
  name: 'logistic_regression',
  title: 'tf-idf + logistic regression',
  forms: ['classes', 'json', 'short', 'long'],
  mostRows: MOST_ROWS,
  unfit(train) {
    const classes = new Set(train.map((example) => answerText(example).trim())).size;
    if (classes < 2) return 'all training rows have the same answer';
    if (train.length < classes * MIN_ROWS_PER_CLASS)
      return `${classes} distinct answers in ${plural(train.length, 'rows')}`;
    return undefined;
  },
  async learn(train, options) {
    const template = templateOf(train);
    const answers = train.map((example) => answerText(example).trim());
    const classes = [...new Set(answers)].sort();
    const indexOf = new Map(classes.map((label, index) => [label, index]));
    const labels = Int32Array.from(answers, (answer) => indexOf.get(answer)!);
    const texts = train.map(readerWithin(template));
    const { tfIdf, matrix } = fitTfIdf(texts, features(classes.length));
    const l2 = 1 / (chooseStrength({ texts, labels, classes }) * train.length);
    const { parameters } = fitMultinomial(matrix, labels, classes.length, { l2, improvement: IMPROVEMENT, ...options });
    return { values: { template, classes }, arrays: { ...tfIdf.learnt, parameters } };
  },
  open({ values, arrays }) {
    const { template, classes } = values as unknown as { template: PromptTemplate; classes: string[] };
    const { parameters, slots, weights } = arrays as {
      parameters: Float64Array;
      slots: Int32Array;
      weights: Float64Array;
    };
    const input = readerWithin(template);
    const tfIdf = openTfIdf({ slots, weights }, WORDS);
    const model = { classes: classes.length, parameters };
    return rowPredictor('logistic_regression', (example) =>
      classPrediction(predictMultinomial(model, tfIdf.transform(input(example))), classes),
    );
  },
});

interface Labelled {
  texts: readonly string[];
  /** For each text, its index in `classes`. */
  labels: Int32Array;
  classes: readonly string[];
}

/** Words and word pairs. */
export const WORDS = { words: true };

/**
 * Words and pairs that occur in two texts; only the most common ones if there are too many for the number of classes.
 */
export function features(classes: number) {
  return { ...WORDS, minTexts: 2, maxFeatures: Math.max(1000, Math.floor(MAX_WEIGHTS / classes)) };
}

/** The most likely class and the probability of each. */
export function classPrediction(probabilities: Float64Array, classes: readonly string[]) {
  const best = bestClass(probabilities);
  const scores = Object.fromEntries(classes.map((label, k) => [label, probabilities[k]]));
  return { text: classes[best], label: classes[best], scores };
}

function bestClass(probabilities: Float64Array): number {
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) if (probabilities[k] > probabilities[best]) best = k;
  return best;
}

/** Fits each strength on one part of the training rows and takes the one with the fewest errors on another part. */
function chooseStrength({ texts, labels, classes }: Labelled): number {
  const stride = Math.max(1, texts.length / TUNING_ROWS);
  const rows = Array.from({ length: Math.min(texts.length, TUNING_ROWS) }, (_, i) => Math.floor(i * stride));
  const fitted = rows.filter((_, i) => i % HELD_OUT_EVERY !== 0);
  const held = rows.filter((_, i) => i % HELD_OUT_EVERY === 0);
  if (fitted.length === 0) return STRENGTHS[0];
  const { tfIdf, matrix } = fitTfIdf(
    fitted.map((row) => texts[row]),
    features(classes.length),
  );
  const fittedLabels = Int32Array.from(fitted, (row) => labels[row]);
  let best = { strength: STRENGTHS[0], wrong: Infinity };
  let start: Float64Array | undefined;
  for (const strength of STRENGTHS) {
    const options = { l2: 1 / (strength * fitted.length), improvement: IMPROVEMENT, start };
    const model = fitMultinomial(matrix, fittedLabels, classes.length, options);
    start = model.parameters;
    const choose = (row: number) => bestClass(predictMultinomial(model, tfIdf.transform(texts[row])));
    const wrong = held.filter((row) => choose(row) !== labels[row]).length;
    if (wrong < best.wrong) best = { strength, wrong };
  }
  return best.strength;
}
