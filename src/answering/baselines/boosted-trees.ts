// R rows, F columns, B bins of a column, K outputs
import { takeTurn } from '../../base/turn.ts';
import type { StoredArrays } from '../../engine/tensor/array-file.ts';
import { growTree, type TreeNodes, type BinnedColumns } from './grow-tree.ts';

/** Targets of the rows: class indices or numbers. */
export type TreeTarget = { classes: number; labels: Int32Array } | { numbers: Float64Array };

export interface BoostedTrees {
  /** Initial outputs: one for regression and for two classes, otherwise one per class. [K] */
  base: Float64Array;
  nodes: TreeNodes;
  /** First node of each tree; the trees of one round are adjacent. */
  roots: Int32Array;
}

const SHRINKAGE = 0.1;
const MOST_ROUNDS = 300;
/** Maximum number of trees: limits the rounds when there are many classes. */
const MOST_TREES = 900;
/** Rounds without a lower held-out loss before boosting stops. */
const PATIENCE = 20;
const HELD_OUT_EVERY = 5;
const BINS = 64;

/**
 * Gradient-boosted trees (Friedman, 2001; histogram-based as in LightGBM, Ke et al., 2017) with logistic, softmax or
 * squared loss. The number of rounds is chosen on every fifth row; then all rows are fitted with it. Deterministic. NaN
 * counts as a separate value of a column. `columns`: [F][R]. @throws the signal's reason
 */
export async function fitTrees(
  columns: readonly Float64Array[],
  target: TreeTarget,
  signal?: AbortSignal,
): Promise<BoostedTrees> {
  const rows = [...columns[0].keys()];
  const held = rows.filter((row) => row % HELD_OUT_EVERY === 0);
  const fitted = rows.filter((row) => row % HELD_OUT_EVERY !== 0);
  const binned = binColumns(columns);
  const limit = Math.min(MOST_ROUNDS, Math.ceil(MOST_TREES / outputsOf(target)));
  const trial = new Booster(binned, target, fitted);
  const losses = [trial.loss(held)];
  let best = 0;
  while (losses.length <= limit && losses.length - best <= PATIENCE) {
    await takeTurn(signal);
    trial.addRound();
    losses.push(trial.loss(held));
    if (losses.at(-1)! < losses[best]) best = losses.length - 1;
  }
  const all = new Booster(binned, target, rows);
  for (let round = 0; round < best; round++) {
    await takeTurn(signal);
    all.addRound();
  }
  return all.model();
}

function outputsOf(target: TreeTarget): number {
  return 'numbers' in target || target.classes === 2 ? 1 : target.classes;
}

/** The outputs of one row: log-odds, logits or the number itself. [K] */
export function treeOutputs({ base, nodes, roots }: BoostedTrees, row: ArrayLike<number>): Float64Array {
  const outputs = base.slice();
  for (const [tree, root] of roots.entries()) outputs[tree % outputs.length] += leafValue(nodes, root, row);
  return outputs;
}

function leafValue(nodes: TreeNodes, root: number, row: ArrayLike<number>): number {
  let node = root;
  while (nodes.feature[node] >= 0) {
    const value = row[nodes.feature[node]];
    const goesLeft = Number.isNaN(value) ? nodes.missingLeft[node] === 1 : value <= nodes.threshold[node];
    node = goesLeft ? nodes.left[node] : nodes.right[node];
  }
  return nodes.value[node];
}

/** The probability of each class. */
export function treeProbabilities(model: BoostedTrees, row: ArrayLike<number>): Float64Array {
  const outputs = treeOutputs(model, row);
  if (outputs.length > 1) return softmax(outputs);
  const second = sigmoid(outputs[0]);
  return Float64Array.of(1 - second, second);
}

export function storedTrees({ base, nodes, roots }: BoostedTrees): StoredArrays {
  const { feature, threshold, left, right, missingLeft, value } = nodes;
  const ints = { feature, left, right, missing_left: missingLeft };
  const arrays = Object.entries(ints).map(([name, numbers]) => [name, Int32Array.from(numbers)] as const);
  const floats = { threshold: Float64Array.from(threshold), value: Float64Array.from(value) };
  return { ...Object.fromEntries(arrays), ...floats, base, roots };
}

export function openTrees(arrays: StoredArrays): BoostedTrees {
  const { base, roots, feature, left, right, missing_left: missingLeft, threshold, value } = arrays;
  const nodes = { feature, threshold, left, right, missingLeft, value } as unknown as TreeNodes;
  return { base: base as Float64Array, roots: roots as Int32Array, nodes };
}

function binColumns(columns: readonly Float64Array[]): BinnedColumns {
  const edges = columns.map(edgesOf);
  const bins = columns.map((column, f) => Uint8Array.from(column, (value) => binOf(value, edges[f])));
  return { bins, edges };
}

/** Bin edges halfway between neighbouring values, with about equally many rows between them. */
function edgesOf(column: Float64Array): Float64Array {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const found: number[] = [];
  for (let bin = 1; bin < BINS; bin++) {
    const place = Math.floor((bin * sorted.length) / BINS);
    const upper = sorted[place];
    // The next smaller value; duplicates may lie in between.
    let lower = place - 1;
    while (lower >= 0 && sorted[lower] === upper) lower--;
    if (lower < 0 || upper === undefined) continue;
    const edge = sorted[lower] + (upper - sorted[lower]) / 2;
    if (edge !== found.at(-1)) found.push(edge);
  }
  return Float64Array.from(found);
}

function binOf(value: number, edges: Float64Array): number {
  if (Number.isNaN(value)) return 0;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

/** Trees added round after round, with their current outputs for every row. */
class Booster {
  readonly #columns: BinnedColumns;
  readonly #target: TreeTarget;
  readonly #rows: readonly number[];
  readonly #base: Float64Array;
  /** [K][R] */
  readonly #outputs: Float64Array[];
  readonly #nodes: TreeNodes = { feature: [], threshold: [], left: [], right: [], missingLeft: [], value: [] };
  readonly #roots: number[] = [];

  constructor(columns: BinnedColumns, target: TreeTarget, rows: readonly number[]) {
    this.#columns = columns;
    this.#target = target;
    this.#rows = rows;
    this.#base = baseOf(target, rows);
    const all = columns.bins[0].length;
    this.#outputs = Array.from(this.#base, (value) => new Float64Array(all).fill(value));
  }

  addRound(): void {
    for (const [k, slope] of this.#slopes().entries()) {
      this.#roots.push(this.#nodes.feature.length);
      growTree(this.#columns, this.#rows, { ...slope, shrinkage: SHRINKAGE }, this.#nodes);
      this.#advance(k, this.#roots.at(-1)!);
    }
  }

  /** First and second derivatives of the loss with respect to each output, for every row. [K] */
  #slopes(): { gradient: Float64Array; hessian: Float64Array }[] {
    const slopes = this.#outputs.map(({ length }) => ({
      gradient: new Float64Array(length),
      hessian: new Float64Array(length),
    }));
    for (const row of this.#rows) {
      if ('numbers' in this.#target) {
        slopes[0].gradient[row] = this.#outputs[0][row] - this.#target.numbers[row];
        slopes[0].hessian[row] = 1;
        continue;
      }
      const probabilities = this.#probabilities(row);
      const told = slopes.length === 1 ? this.#target.labels[row] - 1 : this.#target.labels[row];
      for (const [k, { gradient, hessian }] of slopes.entries()) {
        gradient[row] = probabilities[k] - (told === k ? 1 : 0);
        hessian[row] = Math.max(probabilities[k] * (1 - probabilities[k]), 1e-12);
      }
    }
    return slopes;
  }

  /** Class probabilities from the current outputs; with two classes, only that of the second. [K] */
  #probabilities(row: number): Float64Array {
    const outputs = new Float64Array(this.#outputs.length);
    for (let k = 0; k < outputs.length; k++) outputs[k] = this.#outputs[k][row];
    return outputs.length === 1 ? outputs.map(sigmoid) : softmax(outputs);
  }

  /** Adds the new tree's output to every row, following the row's bins. */
  #advance(k: number, root: number): void {
    const { feature, threshold, left, right, missingLeft, value } = this.#nodes;
    const { bins, edges } = this.#columns;
    const binOfNode = new Map<number, number>();
    const output = this.#outputs[k];
    for (let row = 0; row < output.length; row++) {
      let node = root;
      while (feature[node] >= 0) {
        const limit = binOfNode.get(node) ?? binOf(threshold[node], edges[feature[node]]);
        binOfNode.set(node, limit);
        const bin = bins[feature[node]][row];
        node = (bin === 0 ? missingLeft[node] === 1 : bin <= limit) ? left[node] : right[node];
      }
      output[row] += value[node];
    }
  }

  /** Mean loss over the given rows. */
  loss(rows: readonly number[]): number {
    let sum = 0;
    for (const row of rows) {
      if ('numbers' in this.#target) sum += (this.#outputs[0][row] - this.#target.numbers[row]) ** 2;
      else {
        const label = this.#target.labels[row];
        const probabilities = this.#probabilities(row);
        const ofSecond = probabilities[0];
        const probability = probabilities.length > 1 ? probabilities[label] : label === 1 ? ofSecond : 1 - ofSecond;
        sum -= Math.log(Math.max(probability, 1e-300));
      }
    }
    return sum / Math.max(1, rows.length);
  }

  model(): BoostedTrees {
    return { base: this.#base, nodes: this.#nodes, roots: Int32Array.from(this.#roots) };
  }
}

/** Prediction without any features. */
function baseOf(target: TreeTarget, rows: readonly number[]): Float64Array {
  if ('numbers' in target)
    return Float64Array.of(rows.reduce((sum, row) => sum + target.numbers[row] / rows.length, 0));
  // Half a row more for each class, so that none has probability 0.
  const counts = new Float64Array(target.classes).fill(0.5);
  for (const row of rows) counts[target.labels[row]]++;
  if (target.classes === 2) return Float64Array.of(Math.log(counts[1] / counts[0]));
  return counts.map((count) => Math.log(count / (rows.length + target.classes / 2)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softmax(logits: Float64Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}
