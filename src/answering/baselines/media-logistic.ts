import { readFile } from 'node:fs/promises';
import type { Example } from '../../data/example.ts';
import type { MediaFile, MediaKind } from '../../data/media.ts';
import { answerText } from '../../scoring/prompt-text.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { keptBaseline, type KeptBaseline } from './kept.ts';
import { classPrediction } from './logistic-regression.ts';
import { fitMultinomial, predictMultinomial } from './multinomial.ts';
import { sparseMatrix, type SparseRow } from './sparse.ts';

const MOST_ROWS = 5000;
/** L2 penalty: 1 / (STRENGTH · rows), for features with mean 0 and deviation 1. */
const STRENGTH = 0.01;
const IMPROVEMENT = 1e-3;

interface MediaBaseline {
  name: string;
  title: string;
  kind: MediaKind;
  /** Features of a file; the same number for every file. */
  featuresOf(bytes: Uint8Array, name: string): Promise<Float64Array>;
}

/** Multinomial logistic regression on a few simple features of each file: the bar for image and audio models. */
export function mediaLogistic({ name, title, kind, featuresOf }: MediaBaseline): KeptBaseline {
  const ofFile = async ({ path }: MediaFile) => featuresOf(await readFile(path), path);
  const read = (example: Example) => ofFile(mediaOf(example)!);
  return keptBaseline({
    name,
    title,
    reads: [kind],
    forms: ['classes'],
    mostRows: MOST_ROWS,
    unfit: (train) => (new Set(train.map(answerText)).size < 2 ? 'all training rows have the same answer' : undefined),
    async learn(train, options) {
      const classes = [...new Set(train.map((example) => answerText(example).trim()))].sort();
      const rows: Float64Array[] = [];
      for (const example of train) {
        options?.signal?.throwIfAborted();
        rows.push(await read(example));
      }
      const scale = standardisation(rows);
      const scaled = rows.map((row) => standardised(row, scale));
      const matrix = sparseMatrix(scaled, rows[0].length);
      const labels = Int32Array.from(train, (example) => classes.indexOf(answerText(example).trim()));
      const how = { l2: 1 / (STRENGTH * train.length), improvement: IMPROVEMENT, ...options };
      const { parameters } = fitMultinomial(matrix, labels, classes.length, how);
      return { values: { classes }, arrays: { ...scale, parameters } };
    },
    open({ values, arrays }) {
      const classes = values.classes as string[];
      const { mean, factors, parameters } = arrays as unknown as Scale & { parameters: Float64Array };
      const model = { classes: classes.length, parameters };
      return rowPredictor(name, async (example) => {
        const row = standardised(await read(example), { mean, factors });
        return classPrediction(predictMultinomial(model, row), classes);
      });
    },
  });
}

/** The row's media file, if it has one. */
export function mediaOf(example: Example): MediaFile | undefined {
  return 'media' in example ? example.media : undefined;
}

/** Standardisation of each number to mean 0 and deviation 1. */
interface Scale {
  mean: Float64Array;
  factors: Float64Array;
}

/** Computed from the training rows; a constant number becomes 0. */
function standardisation(rows: readonly Float64Array[]): Scale {
  const width = rows[0].length;
  const [mean, deviation] = [new Float64Array(width), new Float64Array(width)];
  for (const row of rows) for (let i = 0; i < width; i++) mean[i] += row[i] / rows.length;
  for (const row of rows) for (let i = 0; i < width; i++) deviation[i] += (row[i] - mean[i]) ** 2 / rows.length;
  return { mean, factors: deviation.map((square) => (square > 1e-12 ? 1 / Math.sqrt(square) : 0)) };
}

function standardised(row: Float64Array, { mean, factors }: Scale): SparseRow {
  const columns = Int32Array.from(row.keys());
  return { columns, values: Float32Array.from(row, (value, i) => (value - mean[i]) * factors[i]) };
}
