import { randomUint32 } from '../base/random.ts';
import { PagedNumbers } from '../files/paged-numbers.ts';
import { SpilledOrder } from './spilled-order.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface SplitShares {
  validation: number;
  test: number;
}

/** Clusters of rows in compact form, for many millions of them. */
export interface ClusterList {
  /** Number of rows per cluster. */
  sizes: PagedNumbers;
  /** Upper and lower half of the smallest 64-bit content hash among each cluster's rows. */
  leads: PagedNumbers;
  /** Strata of each cluster's rows, of which every split gets its share; default: a single stratum. */
  strata?: readonly (readonly number[])[];
}

/** @param clusters lists of rows; `ids` are their 16-digit content hashes; `strataOf` is the stratum of each row */
export function listClusters(
  clusters: readonly (readonly number[])[],
  ids: readonly string[],
  strataOf?: ArrayLike<number>,
): ClusterList {
  const [sizes, leads] = [new PagedNumbers(Infinity), new PagedNumbers(Infinity)];
  for (const members of clusters) {
    const id = members.reduce((least, row) => (ids[row] < least ? ids[row] : least), ids[members[0]]);
    sizes.push(members.length);
    leads.push(Number.parseInt(id.slice(0, 8), 16));
    leads.push(Number.parseInt(id.slice(8, 16), 16));
  }
  const strata = strataOf && clusters.map((members) => members.map((row) => strataOf[row]));
  return { sizes, leads, strata };
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
  const { sizes, strata } = clusters;
  const rows = sizes.values().reduce((total, size) => total + size, 0);
  const splits = new Uint8Array(sizes.length);
  using order = hashOrder(clusters, seed);
  for (const split of [TEST, VALIDATION]) {
    const wanted = targetRows(split === TEST ? shares.test : shares.validation, rows);
    if (wanted === 0) continue;
    const free = (): Iterable<number> => inOrder(order, clusters).filter((cluster) => splits[cluster] === TRAIN);
    const quotas = strata && quotasOf(strata, wanted, [seed, splitNames[split]]);
    let missing = wanted;
    const take = (fits: (cluster: number) => boolean): void => {
      for (const cluster of free()) {
        if (missing === 0) return;
        if (sizes.at(cluster) > missing || !fits(cluster)) continue;
        splits[cluster] = split;
        missing -= sizes.at(cluster);
      }
    };
    // Clusters within the quotas of their strata first; then any that fit, to fill gaps left by large clusters.
    if (quotas !== undefined) take((cluster) => takeQuotas(strata![cluster], quotas));
    take(() => true);
    if (missing < wanted) continue;
    // If every cluster exceeds the target, the smallest comes closest.
    let nearest: number | undefined;
    for (const cluster of free()) if (nearest === undefined || sizes.at(cluster) < sizes.at(nearest)) nearest = cluster;
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
function takeQuotas(strata: readonly number[], quotas: number[]): boolean {
  for (const stratum of strata) quotas[stratum]--;
  if (strata.every((stratum) => quotas[stratum] >= 0)) return true;
  for (const stratum of strata) quotas[stratum]++;
  return false;
}

/** Clusters in random order. */
function hashOrder({ sizes, leads }: ClusterList, seed: number): SpilledOrder {
  const order = new SpilledOrder(sizes.length);
  for (let cluster = 0; cluster < sizes.length; cluster++)
    order.add(cluster, randomUint32([seed, 'split', leads.at(2 * cluster), leads.at(2 * cluster + 1)]));
  return order;
}

/** The clusters in order, ties by content. */
function* inOrder(order: SpilledOrder, { leads }: ClusterList): Generator<number, void, undefined> {
  const byContent = (a: number, b: number): number =>
    leads.at(2 * a) - leads.at(2 * b) || leads.at(2 * a + 1) - leads.at(2 * b + 1);
  for (const part of order.sorted()) {
    for (let from = 0, to; from < part.length; from = to) {
      to = part.endOfRun(from);
      if (to === from + 1) yield part.place(from);
      else yield* part.places(from, to).sort(byContent);
    }
  }
}
