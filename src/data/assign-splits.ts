import { PlacedNumbers } from '../base/placed-numbers.ts';
import { randomUint32 } from '../base/random.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface SplitShares {
  validation: number;
  test: number;
}

/** Clusters of rows in compact form: twelve bytes per row for millions of them. */
export interface ClusterList {
  /** Number of rows per cluster. */
  sizes: Uint32Array;
  /** Upper and lower half of the smallest 64-bit content hash among each cluster's rows. */
  leads: Uint32Array;
  /** Strata of each cluster's rows, of which every split gets its share; default: a single stratum. */
  strata?: readonly (readonly number[])[];
}

/** @param clusters lists of rows; `ids` are their 16-digit content hashes; `strataOf` is the stratum of each row */
export function listClusters(
  clusters: readonly (readonly number[])[],
  ids: readonly string[],
  strataOf?: ArrayLike<number>,
): ClusterList {
  const leads = new Uint32Array(2 * clusters.length);
  for (const [cluster, members] of clusters.entries()) {
    const id = members.reduce((least, row) => (ids[row] < least ? ids[row] : least), ids[members[0]]);
    leads.set([Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8, 16), 16)], 2 * cluster);
  }
  const strata = strataOf && clusters.map((members) => members.map((row) => strataOf[row]));
  return { sizes: Uint32Array.from(clusters, ({ length }) => length), leads, strata };
}

/** Number of rows for a share: at least one if the share is positive. */
export function targetRows(share: number, rows: number): number {
  return share === 0 ? 0 : Math.max(1, Math.round(share * rows));
}

const [TRAIN, VALIDATION, TEST] = [0, 1, 2];

/**
 * Assigns whole clusters to test and validation until each has its rows, with its share of every stratum as far as the
 * clusters allow; the rest is train. The order is a hash of each cluster's rows and the seed, so that neither the order
 * of files nor unrelated new rows move a cluster.
 *
 * @returns index in `splitNames` for each cluster; undefined if some split would stay empty
 */
export function assignSplits(clusters: ClusterList, shares: SplitShares, seed: number): Uint8Array | undefined {
  const { sizes } = clusters;
  const rows = sizes.reduce((total, size) => total + size, 0);
  const splits = new Uint8Array(sizes.length);
  const order = hashOrder(clusters, seed);
  for (const split of [TEST, VALIDATION]) {
    const wanted = targetRows(split === TEST ? shares.test : shares.validation, rows);
    if (wanted === 0) continue;
    const free = order.filter((cluster) => splits[cluster] === TRAIN);
    const quotas = clusters.strata && quotasOf(clusters.strata, wanted, [seed, splitNames[split]]);
    let missing = wanted;
    // Clusters within the quotas of their strata first; then any that fit, to fill gaps left by large clusters.
    for (const fits of [(cluster: number) => takeQuotas(clusters.strata?.[cluster], quotas), () => true]) {
      for (const cluster of free) {
        if (splits[cluster] !== TRAIN || sizes[cluster] > missing || !fits(cluster)) continue;
        splits[cluster] = split;
        missing -= sizes[cluster];
      }
    }
    if (splits.includes(split)) continue;
    // If every cluster exceeds the target, the smallest comes closest.
    const smallest = free.reduce((least, cluster) => Math.min(least, sizes[cluster]), Infinity);
    const nearest = free.find((cluster) => sizes[cluster] === smallest);
    if (nearest === undefined) return undefined;
    splits[nearest] = split;
  }
  return splits.includes(TRAIN) ? splits : undefined;
}

/** Number of rows per stratum in a split: its share, rounded so that the sum is the target. */
function quotasOf(
  strata: readonly (readonly number[])[],
  wanted: number,
  [seed, split]: readonly [number, string],
): number[] {
  const counts: number[] = [];
  for (const rows of strata) for (const stratum of rows) counts[stratum] = (counts[stratum] ?? 0) + 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = Array.from(counts, (count = 0) => (wanted * count) / total);
  const quotas = exact.map(Math.floor);
  const left = wanted - quotas.reduce((sum, quota) => sum + quota, 0);
  // Ties are broken at random: otherwise the first small strata would get every row and the last none.
  const draws = exact.map((_, stratum) => randomUint32([seed, `strata of ${split}`, stratum]));
  const rest = (stratum: number): number => exact[stratum] - quotas[stratum];
  const order = [...exact.keys()].toSorted((a, b) => rest(b) - rest(a) || draws[a] - draws[b] || a - b);
  for (const stratum of order.slice(0, left)) quotas[stratum]++;
  return withRareOnes(quotas, counts);
}

/** A class without rows cannot be measured, so one with enough rows for all three splits gets one from the largest quota. */
function withRareOnes(quotas: number[], counts: readonly number[]): number[] {
  for (const [stratum, quota] of quotas.entries()) {
    if (quota > 0 || counts[stratum] < splitNames.length) continue;
    const largest = quotas.reduce((best, one, i) => (one > quotas[best] ? i : best), 0);
    if (quotas[largest] < 3) break;
    quotas[largest]--;
    quotas[stratum]++;
  }
  return quotas;
}

/** Subtracts a cluster's rows from the quotas if all of them fit. */
function takeQuotas(strata: readonly number[] | undefined, quotas: number[] | undefined): boolean {
  if (strata === undefined || quotas === undefined) return true;
  for (const stratum of strata) quotas[stratum]--;
  if (strata.every((stratum) => quotas[stratum] >= 0)) return true;
  for (const stratum of strata) quotas[stratum]++;
  return false;
}

/** Clusters in random order, ties by content. */
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
