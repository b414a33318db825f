// R rows, F features
import { smallest } from '../../base/many.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { numbersOf, readerWithin, templateOf, type PromptTemplate } from './baseline.ts';
import { keptBaseline } from './kept.ts';
import { minimise, type MinimiseOptions } from './lbfgs.ts';
import type { SparseMatrix, SparseRow } from './sparse.ts';
import { fitTfIdf, openTfIdf } from './tf-idf.ts';

const FEATURES = { words: true, minTexts: 2, maxFeatures: 200_000 };
/** Penalties to try, per squared weight and row. */
const PENALTIES = [3e-2, 1e-2, 3e-3, 1e-3, 3e-4];
const HELD_OUT_EVERY = 5;
const TUNING_ROWS = 5000;

/** Tf-idf of words and word pairs, with ridge regression; the penalty is chosen on training rows. */
export const ridgeRegression = keptBaseline({
  name: 'ridge_regression',
  title: 'tf-idf + ridge regression',
  forms: ['numbers'],
  mostRows: 50_000,
  unfit: (train) => (train.length < HELD_OUT_EVERY ? 'there are too few training rows' : undefined),
  async learn(train, options) {
    const template = templateOf(train);
    const [texts, numbers] = [train.map(readerWithin(template)), numbersOf(train)];
    const penalty = choosePenalty(texts, numbers, options);
    const { tfIdf, matrix } = fitTfIdf(texts, FEATURES);
    const parameters = fitRidge(matrix, numbers, { ...options, penalty });
    return { values: { template }, arrays: { ...tfIdf.learnt, parameters } };
  },
  open({ values, arrays }) {
    const { parameters, slots, weights } = arrays as Record<'parameters' | 'weights', Float64Array> & {
      slots: Int32Array;
    };
    const input = readerWithin(values.template as PromptTemplate);
    const tfIdf = openTfIdf({ slots, weights }, FEATURES);
    return rowPredictor('ridge_regression', (example) => ({
      text: String(predictRidge(parameters, tfIdf.transform(input(example)))),
    }));
  },
});

/** F weights, then the intercept. */
type RidgeModel = Float64Array;

/** Minimises mean squared error / 2 + penalty / 2 · sum of squared weights, with targets in standard deviations. */
export function fitRidge(
  matrix: SparseMatrix,
  numbers: readonly number[],
  { penalty, ...options }: MinimiseOptions & { penalty: number },
): RidgeModel {
  const mean = numbers.reduce((sum, value) => sum + value / numbers.length, 0);
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2 / numbers.length, 0)) || 1;
  const wanted = numbers.map((value) => (value - mean) / deviation);
  const point = new Float64Array(matrix.width + 1);
  minimise((at, gradient) => squaredError(matrix, wanted, { at, gradient, penalty }), point, options);
  const scaled = point.map((weight) => weight * deviation);
  scaled[matrix.width] += mean;
  return scaled;
}

function squaredError(
  { rows, width, offsets, columns, values }: SparseMatrix,
  wanted: readonly number[],
  { at, gradient, penalty }: { at: Float64Array; gradient: Float64Array; penalty: number },
): number {
  let [loss, squares] = [0, 0];
  for (let column = 0; column < width; column++) {
    gradient[column] = penalty * at[column];
    squares += at[column] ** 2;
  }
  gradient[width] = 0;
  for (let row = 0; row < rows; row++) {
    let error = at[width] - wanted[row];
    for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) error += values[entry] * at[columns[entry]];
    loss += error ** 2 / 2 / rows;
    const share = error / rows;
    for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) gradient[columns[entry]] += share * values[entry];
    gradient[width] += share;
  }
  return loss + (penalty / 2) * squares;
}

export function predictRidge(model: RidgeModel, { columns, values }: SparseRow): number {
  let sum = model[model.length - 1];
  for (let i = 0; i < columns.length; i++) sum += values[i] * model[columns[i]];
  return sum;
}

/** The penalty with the lowest error on held-out training rows. */
function choosePenalty(texts: readonly string[], numbers: readonly number[], options?: MinimiseOptions): number {
  const stride = Math.max(1, texts.length / TUNING_ROWS);
  const rows = Array.from({ length: Math.min(texts.length, TUNING_ROWS) }, (_, i) => Math.floor(i * stride));
  const fitted = rows.filter((_, i) => i % HELD_OUT_EVERY !== 0);
  const held = rows.filter((_, i) => i % HELD_OUT_EVERY === 0);
  const fittedTexts = fitted.map((row) => texts[row]);
  const { tfIdf, matrix } = fitTfIdf(fittedTexts, FEATURES);
  const wanted = fitted.map((row) => numbers[row]);
  const errors = PENALTIES.map((penalty) => {
    const model = fitRidge(matrix, wanted, { ...options, penalty });
    return held.reduce((sum, row) => sum + (predictRidge(model, tfIdf.transform(texts[row])) - numbers[row]) ** 2, 0);
  });
  return PENALTIES[errors.indexOf(smallest(errors))];
}
