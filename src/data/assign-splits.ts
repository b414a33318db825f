import { randomUint32 } from '../base/random.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface SplitShares {
  validation: number;
  test: number;
}

/** How many rows a share should get: at least one where anything was asked for. */
export function targetRows(share: number, rows: number): number {
  return share === 0 ? 0 : Math.max(1, Math.round(share * rows));
}

/**
 * Gives whole clusters to test and validation until each has its rows; the rest is train. The order is a hash of each
 * cluster's rows and the seed: neither the files' order nor rows that are added elsewhere move a cluster.
 *
 * @param clusters each a list of rows; `ids` their 16-digit content hashes
 * @returns by cluster; undefined where some split would stay empty
 */
export function assignSplits(
  clusters: readonly (readonly number[])[],
  ids: readonly string[],
  shares: SplitShares,
  seed: number,
): SplitName[] | undefined {
  const rows = clusters.reduce((total, cluster) => total + cluster.length, 0);
  const splits: SplitName[] = clusters.map(() => 'train');
  const order = hashOrder(clusters, ids, seed);
  for (const split of ['test', 'validation'] as const) {
    let missing = targetRows(shares[split], rows);
    if (missing === 0) continue;
    const free = order.filter((cluster) => splits[cluster] === 'train');
    for (const cluster of free) {
      if (clusters[cluster].length > missing) continue;
      splits[cluster] = split;
      missing -= clusters[cluster].length;
    }
    if (splits.includes(split)) continue;
    // Every cluster is larger than what was asked for: the smallest is nearest.
    const smallest = free.reduce((least, cluster) => Math.min(least, clusters[cluster].length), Infinity);
    const nearest = free.find((cluster) => clusters[cluster].length === smallest);
    if (nearest === undefined) return undefined;
    splits[nearest] = split;
  }
  return splits.includes('train') ? splits : undefined;
}

function hashOrder(clusters: readonly (readonly number[])[], ids: readonly string[], seed: number): number[] {
  const keyed = clusters.map((members, cluster) => {
    const id = members.reduce((least, row) => (ids[row] < least ? ids[row] : least), ids[members[0]]);
    const words = [Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8, 16), 16)];
    return { cluster, id, rank: randomUint32([seed, 'split', ...words]) };
  });
  keyed.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  return keyed.map(({ cluster }) => cluster);
}
