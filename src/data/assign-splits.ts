import { PlacedNumbers } from '../base/placed-numbers.ts';
import { randomUint32 } from '../base/random.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface SplitShares {
  validation: number;
  test: number;
}

/** Clusters of rows as a split needs to know them: of millions, twelve bytes each. */
export interface ClusterList {
  /** By cluster its rows. */
  sizes: Uint32Array;
  /** By cluster the upper and the lower half of the least of its rows' 64-bit content hashes. */
  leads: Uint32Array;
}

/** @param clusters each a list of rows; `ids` their 16-digit content hashes */
export function listClusters(clusters: readonly (readonly number[])[], ids: readonly string[]): ClusterList {
  const leads = new Uint32Array(2 * clusters.length);
  for (const [cluster, members] of clusters.entries()) {
    const id = members.reduce((least, row) => (ids[row] < least ? ids[row] : least), ids[members[0]]);
    leads.set([Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8, 16), 16)], 2 * cluster);
  }
  return { sizes: Uint32Array.from(clusters, ({ length }) => length), leads };
}

/** How many rows a share should get: at least one where anything was asked for. */
export function targetRows(share: number, rows: number): number {
  return share === 0 ? 0 : Math.max(1, Math.round(share * rows));
}

const [TRAIN, VALIDATION, TEST] = [0, 1, 2];

/**
 * Gives whole clusters to test and validation until each has its rows; the rest is train. The order is a hash of each
 * cluster's rows and the seed: neither the files' order nor rows that are added elsewhere move a cluster.
 *
 * @returns by cluster the place in `splitNames`; undefined where some split would stay empty
 */
export function assignSplits(clusters: ClusterList, shares: SplitShares, seed: number): Uint8Array | undefined {
  const { sizes } = clusters;
  const rows = sizes.reduce((total, size) => total + size, 0);
  const splits = new Uint8Array(sizes.length);
  const order = hashOrder(clusters, seed);
  for (const split of [TEST, VALIDATION]) {
    let missing = targetRows(split === TEST ? shares.test : shares.validation, rows);
    if (missing === 0) continue;
    const free = order.filter((cluster) => splits[cluster] === TRAIN);
    for (const cluster of free) {
      if (sizes[cluster] > missing) continue;
      splits[cluster] = split;
      missing -= sizes[cluster];
    }
    if (splits.includes(split)) continue;
    // Every cluster is larger than what was asked for: the smallest is nearest.
    const smallest = free.reduce((least, cluster) => Math.min(least, sizes[cluster]), Infinity);
    const nearest = free.find((cluster) => sizes[cluster] === smallest);
    if (nearest === undefined) return undefined;
    splits[nearest] = split;
  }
  return splits.includes(TRAIN) ? splits : undefined;
}

/** Clusters by a draw for each, and by their content where two draw the same. */
function hashOrder({ sizes, leads }: ClusterList, seed: number): Uint32Array {
  const drawn = new PlacedNumbers(sizes.length);
  for (let cluster = 0; cluster < sizes.length; cluster++)
    drawn.add(cluster, randomUint32([seed, 'split', leads[2 * cluster], leads[2 * cluster + 1]]));
  drawn.sort();
  const order = Uint32Array.from(sizes, (_, index) => drawn.place(index));
  const byContent = (a: number, b: number): number =>
    leads[2 * a] - leads[2 * b] || leads[2 * a + 1] - leads[2 * b + 1];
  for (let from = 0, to; from < drawn.length; from = to) {
    to = drawn.endOfRun(from);
    if (to > from + 1) order.subarray(from, to).sort(byContent);
  }
  return order;
}
