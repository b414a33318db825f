// R rows, F columns, B bins of a column
/** Binned columns: bin 0 holds missing values, bin b values up to the b-th edge. */
export interface BinnedColumns {
  /** [F][R] */
  bins: readonly Uint8Array[];
  /** Bin edges: a value of at most `edges[b − 1]` is in bin b or lower. [F][B − 2] */
  edges: readonly Float64Array[];
}

/** Nodes of all trees, concatenated; a leaf has the feature −1. */
export interface TreeNodes {
  feature: number[];
  /** Values up to the threshold go left. */
  threshold: number[];
  left: number[];
  right: number[];
  /** 1 if missing values go left. */
  missingLeft: number[];
  value: number[];
}

export interface Slopes {
  gradient: Float64Array;
  hessian: Float64Array;
  /** Share of a leaf's optimal step. */
  shrinkage: number;
}

const DEPTH = 5;
/** Penalty per squared value of a leaf. */
const L2 = 1;
const BIN_SLOTS = 256;
/** Minimum number of rows in a leaf: a fiftieth of all rows, between 3 and 20. */
const leastRows = (rows: number) => Math.max(3, Math.min(20, Math.floor(rows / 50)));

interface Split {
  gain: number;
  feature: number;
  bin: number;
  missingLeft: boolean;
}

/** Grows a tree by always making the split that lowers the loss most, and appends it to `nodes`. */
export function growTree(columns: BinnedColumns, rows: readonly number[], slopes: Slopes, nodes: TreeNodes): void {
  const least = leastRows(rows.length);
  const grow = (inside: readonly number[], depth: number): number => {
    const node = addLeaf(nodes, inside, slopes);
    const split = depth < DEPTH && inside.length >= 2 * least ? bestSplit(columns, inside, slopes, least) : undefined;
    if (split === undefined) return node;
    const { feature, bin, missingLeft } = split;
    const bins = columns.bins[feature];
    const goesLeft = (row: number) => (bins[row] === 0 ? missingLeft : bins[row] <= bin);
    nodes.feature[node] = feature;
    nodes.threshold[node] = columns.edges[feature][bin - 1];
    nodes.missingLeft[node] = missingLeft ? 1 : 0;
    nodes.left[node] = grow(inside.filter(goesLeft), depth + 1);
    nodes.right[node] = grow(
      inside.filter((row) => !goesLeft(row)),
      depth + 1,
    );
    return node;
  };
  grow(rows, 0);
}

function addLeaf(nodes: TreeNodes, rows: readonly number[], { gradient, hessian, shrinkage }: Slopes): number {
  let [g, h] = [0, 0];
  for (const row of rows) {
    g += gradient[row];
    h += hessian[row];
  }
  const node = nodes.feature.length;
  nodes.feature.push(-1);
  nodes.threshold.push(0);
  nodes.left.push(-1);
  nodes.right.push(-1);
  nodes.missingLeft.push(0);
  nodes.value.push((-shrinkage * g) / (h + L2));
  return node;
}

/** Per-bin sums of one column. */
class Histogram {
  readonly gradient = new Float64Array(BIN_SLOTS);
  readonly hessian = new Float64Array(BIN_SLOTS);
  readonly count = new Int32Array(BIN_SLOTS);

  fill(bins: Uint8Array, rows: readonly number[], { gradient, hessian }: Slopes): void {
    for (const sums of [this.gradient, this.hessian, this.count]) sums.fill(0);
    for (const row of rows) {
      const bin = bins[row];
      this.gradient[bin] += gradient[row];
      this.hessian[bin] += hessian[row];
      this.count[bin]++;
    }
  }
}

const histogram = new Histogram();

function bestSplit(
  { bins, edges }: BinnedColumns,
  rows: readonly number[],
  slopes: Slopes,
  least: number,
): Split | undefined {
  let best: Split | undefined;
  for (let feature = 0; feature < bins.length; feature++) {
    if (edges[feature].length === 0) continue;
    histogram.fill(bins[feature], rows, slopes);
    const found = splitOf(edges[feature].length, rows.length, least);
    if (found !== undefined && (best === undefined || found.gain > best.gain)) best = { ...found, feature };
  }
  return best;
}

/** Smaller gains are rounding errors. */
const LEAST_GAIN = 1e-9;

/** The best bin of the histogram to split at, trying missing values on either side. */
function splitOf(edgeCount: number, rows: number, least: number): Omit<Split, 'feature'> | undefined {
  const { gradient, hessian, count } = histogram;
  let [allG, allH] = [0, 0];
  for (let bin = 0; bin <= edgeCount + 1; bin++) {
    allG += gradient[bin];
    allH += hessian[bin];
  }
  const score = (g: number, h: number) => (g * g) / (h + L2);
  const whole = score(allG, allH);
  let best: Omit<Split, 'feature'> | undefined;
  let [g, h, n] = [0, 0, 0];
  for (let bin = 1; bin <= edgeCount; bin++) {
    g += gradient[bin];
    h += hessian[bin];
    n += count[bin];
    for (const missingLeft of count[0] > 0 ? [false, true] : [false]) {
      const [leftG, leftH, leftN] = missingLeft ? [g + gradient[0], h + hessian[0], n + count[0]] : [g, h, n];
      if (leftN < least || rows - leftN < least) continue;
      const gain = score(leftG, leftH) + score(allG - leftG, allH - leftH) - whole;
      if (gain > Math.max(LEAST_GAIN, best?.gain ?? 0)) best = { gain, bin, missingLeft };
    }
  }
  return best;
}
