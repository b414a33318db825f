import type { Example } from '../../data/example.ts';
import { answerText } from '../example-text.ts';
import { rowPredictor } from '../predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';
import { fitMultinomial, predictMultinomial } from './multinomial.ts';
import { sparseMatrix, type SparseMatrix, type SparseRow } from './sparse.ts';
import { fitTfIdf } from './tf-idf.ts';

/** Fewer rows per class than this and the answers are texts, not classes. */
const MIN_ROWS_PER_CLASS = 5;
/** Weights of the largest model: 160 MB with the solver's memory eightfold. */
const MAX_WEIGHTS = 2e6;
/** Values of C tried, the penalty being 1 / (C · rows): from the strongest, so that each fit starts near its end. */
const STRENGTHS = [1, 3, 10, 30, 100];
const TUNING_ROWS = 5000;
const HELD_OUT_EVERY = 5;

/** Words and word pairs by tf-idf into multinomial logistic regression; the penalty is chosen on training rows. */
export const logisticRegression: Baseline = {
  name: 'logistic_regression',
  title: 'tf-idf + logistic regression',
  unfit(train) {
    const classes = new Set(train.map((example) => answerText(example).trim())).size;
    if (classes < 2) return 'all training rows have the same answer';
    if (train.length < classes * MIN_ROWS_PER_CLASS) return `${classes} different answers in ${train.length} rows`;
    return undefined;
  },
  async fit(train, options) {
    const input = inputReader(train);
    const answers = train.map((example) => answerText(example).trim());
    const classes = [...new Set(answers)].sort();
    const maxFeatures = Math.max(1000, Math.floor(MAX_WEIGHTS / classes.length));
    const { tfIdf, matrix } = fitTfIdf(train.map(input), { words: true, minTexts: 2, maxFeatures });
    const indexOf = new Map(classes.map((label, index) => [label, index]));
    const labels = Int32Array.from(answers, (answer) => indexOf.get(answer)!);
    const l2 = 1 / (chooseStrength(matrix, labels, classes.length) * train.length);
    const model = fitMultinomial(matrix, labels, classes.length, { l2, ...options });
    return rowPredictor('logistic_regression', (example: Example) => {
      return prediction(predictMultinomial(model, tfIdf.transform(input(example))), classes);
    });
  },
};

function prediction(probabilities: Float64Array, classes: readonly string[]) {
  const best = bestClass(probabilities);
  const scores = Object.fromEntries(classes.map((label, k) => [label, probabilities[k]]));
  return { text: classes[best], label: classes[best], scores };
}

function bestClass(probabilities: Float64Array): number {
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) if (probabilities[k] > probabilities[best]) best = k;
  return best;
}

/** Fits a part of the training rows with each strength and takes the one that errs least on the other part. */
function chooseStrength(matrix: SparseMatrix, labels: Int32Array, classes: number): number {
  const rows = Array.from({ length: Math.min(matrix.rows, TUNING_ROWS) }, (_, row) => row);
  const stride = matrix.rows / rows.length;
  const chosen = rows.map((row) => Math.floor(row * stride));
  const fitted = chosen.filter((_, i) => i % HELD_OUT_EVERY !== 0);
  const held = chosen.filter((_, i) => i % HELD_OUT_EVERY === 0);
  if (fitted.length === 0) return STRENGTHS[0];
  const part = sparseMatrix(
    fitted.map((row) => rowOf(matrix, row)),
    matrix.width,
  );
  const partLabels = Int32Array.from(fitted, (row) => labels[row]);
  let best = { strength: STRENGTHS[0], wrong: Infinity };
  let start: Float64Array | undefined;
  for (const strength of STRENGTHS) {
    const options = { l2: 1 / (strength * fitted.length), tolerance: 1e-4, maxIterations: 60, start };
    const model = fitMultinomial(part, partLabels, classes, options);
    start = model.parameters;
    const wrong = held.filter((row) => bestClass(predictMultinomial(model, rowOf(matrix, row))) !== labels[row]).length;
    if (wrong < best.wrong) best = { strength, wrong };
  }
  return best.strength;
}

function rowOf(matrix: SparseMatrix, row: number): SparseRow {
  const [start, end] = [matrix.offsets[row], matrix.offsets[row + 1]];
  return { columns: matrix.columns.subarray(start, end), values: matrix.values.subarray(start, end) };
}
