import { randomPermutation } from '../../base/random.ts';
import { minimise, type MinimiseOptions, type Objective } from './lbfgs.ts';
import type { SparseMatrix, SparseRow } from './sparse.ts';

/** F features, K classes: weights [F, K] by feature, then K intercepts, in one array. */
export interface MultinomialModel {
  classes: number;
  parameters: Float64Array;
}

export interface MultinomialOptions extends MinimiseOptions {
  /** Penalty per squared weight: the objective is the rows' mean loss + l2 / 2 · sum of squares. Intercepts are free. */
  l2: number;
  /** Where to begin; by default all zero. */
  start?: Float64Array;
}

/** Multinomial logistic regression: minimises the mean cross-entropy of the softmax with an L2 penalty. */
export function fitMultinomial(
  matrix: SparseMatrix,
  labels: Int32Array,
  classes: number,
  options: MultinomialOptions,
): MultinomialModel {
  const parameters = options.start?.slice() ?? new Float64Array((matrix.width + 1) * classes);
  minimise(penalisedLoss(matrix, labels, classes, options.l2), parameters, options);
  return { classes, parameters };
}

const PASSES = 4;
const RATE = 0.5;

/**
 * A start near the minimum from a few passes of AdaGrad over the rows, the penalty left out: from zero, L-BFGS would
 * need a hundred passes on text. Rows come in a shuffled order that is always the same.
 */
export function quickStart(matrix: SparseMatrix, labels: Int32Array, classes: number): Float64Array {
  const parameters = new Float64Array((matrix.width + 1) * classes);
  const squares = new Float64Array(parameters.length).fill(1e-8);
  const residual = new Float64Array(classes);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const row of randomPermutation(matrix.rows, [0, 'multinomial', pass])) {
      scoreRow(matrix, row, parameters, residual);
      softmax(residual);
      residual[labels[row]] -= 1;
      for (let entry = matrix.offsets[row]; entry < matrix.offsets[row + 1]; entry++) {
        const base = matrix.columns[entry] * classes;
        adaptiveStep(parameters, squares, residual, { base, value: matrix.values[entry] });
      }
      adaptiveStep(parameters, squares, residual, { base: matrix.width * classes, value: 1 });
    }
  }
  return parameters;
}

function adaptiveStep(
  parameters: Float64Array,
  squares: Float64Array,
  residual: Float64Array,
  { base, value }: { base: number; value: number },
): void {
  for (let k = 0; k < residual.length; k++) {
    const slope = value * residual[k];
    squares[base + k] += slope * slope;
    parameters[base + k] -= (RATE * slope) / Math.sqrt(squares[base + k]);
  }
}

/** Probability of each class. */
export function predictMultinomial({ classes, parameters }: MultinomialModel, row: SparseRow): Float64Array {
  const logits = parameters.slice(parameters.length - classes);
  for (let i = 0; i < row.columns.length; i++) {
    const base = row.columns[i] * classes;
    for (let k = 0; k < classes; k++) logits[k] += row.values[i] * parameters[base + k];
  }
  softmax(logits);
  return logits;
}

function penalisedLoss(matrix: SparseMatrix, labels: Int32Array, classes: number, l2: number): Objective {
  const weights = matrix.width * classes;
  const residual = new Float64Array(classes);
  return (parameters, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < matrix.rows; row++) {
      scoreRow(matrix, row, parameters, residual);
      softmax(residual);
      loss -= Math.log(Math.max(residual[labels[row]], 1e-300));
      residual[labels[row]] -= 1;
      addRow(matrix, row, residual, gradient);
    }
    let squares = 0;
    for (let i = 0; i < gradient.length; i++) gradient[i] /= matrix.rows;
    for (let i = 0; i < weights; i++) {
      squares += parameters[i] * parameters[i];
      gradient[i] += l2 * parameters[i];
    }
    return loss / matrix.rows + (l2 / 2) * squares;
  };
}

/** Logits of one row into `logits`. */
function scoreRow(matrix: SparseMatrix, row: number, parameters: Float64Array, logits: Float64Array): void {
  const classes = logits.length;
  const intercepts = matrix.width * classes;
  for (let k = 0; k < classes; k++) logits[k] = parameters[intercepts + k];
  for (let entry = matrix.offsets[row]; entry < matrix.offsets[row + 1]; entry++) {
    const base = matrix.columns[entry] * classes;
    const value = matrix.values[entry];
    for (let k = 0; k < classes; k++) logits[k] += value * parameters[base + k];
  }
}

/** Adds one row's part of the gradient: value times residual for each feature, and the residual for the intercepts. */
function addRow(matrix: SparseMatrix, row: number, residual: Float64Array, gradient: Float64Array): void {
  const classes = residual.length;
  const intercepts = matrix.width * classes;
  for (let k = 0; k < classes; k++) gradient[intercepts + k] += residual[k];
  for (let entry = matrix.offsets[row]; entry < matrix.offsets[row + 1]; entry++) {
    const base = matrix.columns[entry] * classes;
    const value = matrix.values[entry];
    for (let k = 0; k < classes; k++) gradient[base + k] += value * residual[k];
  }
}

function softmax(logits: Float64Array): void {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    logits[k] = Math.exp(logits[k] - largest);
    sum += logits[k];
  }
  for (let k = 0; k < logits.length; k++) logits[k] /= sum;
}
