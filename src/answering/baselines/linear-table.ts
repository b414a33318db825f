// R rows, F features, W words
import type { Example } from '../../data/example.ts';
import { answerText } from '../../scoring/prompt-text.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { numbersOf } from './baseline.ts';
import { keptBaseline, type LearntState } from './kept.ts';
import { classPrediction, features, WORDS } from './logistic-regression.ts';
import { fitMultinomial, predictMultinomial } from './multinomial.ts';
import { fitRidge, predictRidge } from './ridge-regression.ts';
import { sparseMatrix, type SparseMatrix, type SparseRow } from './sparse.ts';
import { noTable, tableColumns, tableRow, tableText, type TableColumn } from './table-columns.ts';
import { fitTfIdf, openTfIdf } from './tf-idf.ts';

/** L2 penalty of the weights: 1 / (STRENGTH · rows), for features with mean 0 and deviation 1. */
const STRENGTH = 1;
const RIDGE_PENALTY = 1e-3;
const IMPROVEMENT = 1e-4;

/** Logistic regression on a table's numbers, dates and categories, and on the words of its texts. */
export const logisticTable = keptBaseline({
  name: 'logistic_table',
  title: 'logistic regression on the columns',
  ofTables: true,
  forms: ['classes'],
  mostRows: 20_000,
  unfit: (train) =>
    new Set(train.map(answerText)).size < 2 ? 'all training rows have the same answer' : noTable(train),
  async learn(train, options) {
    const { reading, matrix } = learnReading(train);
    const classes = [...new Set(train.map((example) => answerText(example).trim()))].sort();
    const labels = Int32Array.from(train, (example) => classes.indexOf(answerText(example).trim()));
    const how = { l2: 1 / (STRENGTH * train.length), improvement: IMPROVEMENT, ...options };
    const { parameters } = fitMultinomial(matrix, labels, classes.length, how);
    return { values: { ...reading.values, classes }, arrays: { ...reading.arrays, parameters } };
  },
  open(state) {
    const classes = state.values.classes as string[];
    const read = openReading(state);
    const model = { classes: classes.length, parameters: state.arrays.parameters as Float64Array };
    return rowPredictor('logistic_table', (example) =>
      classPrediction(predictMultinomial(model, read(example)), classes),
    );
  },
});

/** A linear model of a table's numbers, dates and categories, and of the words of its texts. */
export const ridgeTable = keptBaseline({
  name: 'ridge_table',
  title: 'ridge regression on the columns',
  ofTables: true,
  forms: ['numbers'],
  mostRows: 50_000,
  unfit: noTable,
  async learn(train, options) {
    const { reading, matrix } = learnReading(train);
    const parameters = fitRidge(matrix, numbersOf(train), { ...options, penalty: RIDGE_PENALTY });
    return { values: reading.values, arrays: { ...reading.arrays, parameters } };
  },
  open(state) {
    const read = openReading(state);
    const parameters = state.arrays.parameters as Float64Array;
    return rowPredictor('ridge_table', (example) => ({ text: String(predictRidge(parameters, read(example))) }));
  },
});

/**
 * Learns how columns become features: standardised numbers, a missing-value indicator for each, then words. Also
 * returns the features of these rows, as `openReading` would compute them.
 */
function learnReading(train: readonly Example[]): { reading: LearntState; matrix: SparseMatrix } {
  const columns = tableColumns(train);
  const rows = train.map((example) => tableRow(columns, example));
  const width = rows[0].length;
  const [mean, factors] = [new Float64Array(width), new Float64Array(width)];
  for (let f = 0; f < width; f++) {
    const values = rows.map((row) => row[f]).filter((value) => !Number.isNaN(value));
    mean[f] = values.reduce((sum, value) => sum + value / values.length, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean[f]) ** 2 / values.length, 0);
    factors[f] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
  }
  const texts = train.map((example) => tableText(columns, example));
  const { tfIdf, matrix: words } = fitTfIdf(texts, features(2));
  const sparse = rows.map((row, r) => sparseRow(row, { mean, factors }, rowOf(words, r)));
  return {
    reading: { values: { columns }, arrays: { mean, factors, ...tfIdf.learnt } },
    matrix: sparseMatrix(sparse, 2 * width + words.width),
  };
}

function rowOf({ offsets, columns, values }: SparseMatrix, row: number): SparseRow {
  const [from, to] = [offsets[row], offsets[row + 1]];
  return { columns: columns.subarray(from, to), values: values.subarray(from, to) };
}

/** Maps rows to features: F numbers, F missing-value indicators, W words. */
function openReading({ values, arrays }: LearntState): (example: Example) => SparseRow {
  const columns = values.columns as TableColumn[];
  const { mean, factors, slots, weights } = arrays as Record<string, Float64Array> & { slots: Int32Array };
  const words = openTfIdf({ slots, weights }, WORDS);
  const wordsOf = (example: Example) => words.transform(tableText(columns, example));
  return (example) => sparseRow(tableRow(columns, example), { mean, factors }, wordsOf(example));
}

function sparseRow(
  values: Float64Array,
  { mean, factors }: { mean: Float64Array; factors: Float64Array },
  words: SparseRow,
): SparseRow {
  const columns: number[] = [];
  const found: number[] = [];
  for (const [f, value] of values.entries()) {
    const isMissing = Number.isNaN(value);
    columns.push(isMissing ? values.length + f : f);
    found.push(isMissing ? 1 : (value - mean[f]) * factors[f]);
  }
  for (const [i, column] of words.columns.entries()) {
    columns.push(2 * values.length + column);
    found.push(words.values[i]);
  }
  return { columns: Int32Array.from(columns), values: Float32Array.from(found) };
}
