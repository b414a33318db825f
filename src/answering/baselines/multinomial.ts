import { minimise, type MinimiseOptions, type Objective } from './lbfgs.ts';
import type { SparseMatrix, SparseRow } from './sparse.ts';

/** F features, K classes: weights [F, K] by feature, then K intercepts, in one array. */
export interface MultinomialModel {
  classes: number;
  parameters: Float64Array;
}

export interface MultinomialOptions extends MinimiseOptions {
  /**
   * Penalty per squared weight: the objective is the mean loss + l2 / 2 · sum of squares. Intercepts are not penalised.
   */
  l2: number;
  /** Initial parameters; all zero by default. */
  start?: Float64Array;
}

/** Multinomial logistic regression: minimises the mean cross-entropy of the softmax with an L2 penalty. */
export function fitMultinomial(
  matrix: SparseMatrix,
  labels: Int32Array,
  classes: number,
  options: MultinomialOptions,
): MultinomialModel {
  const scales = curvatureScales(matrix, labels, classes, options.l2);
  const loss = penalisedLoss(matrix, labels, classes, options.l2);
  const parameters = new Float64Array(scales.length);
  // Solves in variables of similar curvature; otherwise the weight of a rare word would take a hundred times the
  // iterations.
  const point = scales.map((scale, i) => (options.start?.[i] ?? 0) / scale);
  const scaledLoss: Objective = (at, gradient) => {
    for (let i = 0; i < at.length; i++) parameters[i] = at[i] * scales[i];
    const value = loss(parameters, gradient);
    for (let i = 0; i < at.length; i++) gradient[i] *= scales[i];
    return value;
  };
  minimise(scaledLoss, point, options);
  return { classes, parameters: point.map((entry, i) => entry * scales[i]) };
}

/** 1 / sqrt of each parameter's curvature, as if every row were predicted by the class frequencies. */
function curvatureScales(matrix: SparseMatrix, labels: Int32Array, classes: number, l2: number): Float64Array {
  const shares = new Float64Array(classes);
  for (const label of labels) shares[label] += 1 / labels.length;
  const spreads = shares.map((share) => Math.max(share * (1 - share), 1e-4));
  const squares = new Float64Array(matrix.width + 1);
  for (let i = 0; i < matrix.columns.length; i++) squares[matrix.columns[i]] += matrix.values[i] ** 2 / matrix.rows;
  squares[matrix.width] = 1;
  const scales = new Float64Array(squares.length * classes);
  for (let column = 0; column < squares.length; column++) {
    const penalty = column === matrix.width ? 0 : l2;
    for (let k = 0; k < classes; k++) {
      scales[column * classes + k] = 1 / Math.sqrt(spreads[k] * squares[column] + penalty);
    }
  }
  return scales;
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

/** Writes one row's logits into `logits`. */
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

/** Adds one row's gradient: value times residual for each feature, and the residual for the intercepts. */
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
