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
  /** By cluster the stratum of each of its rows: every split gets its share of each. Rows are all of one without. */
  strata?: readonly (readonly number[])[];
}

/** @param clusters each a list of rows; `ids` their 16-digit content hashes; `strataOf` the stratum of each row */
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

/** How many rows a share should get: at least one where anything was asked for. */
export function targetRows(share: number, rows: number): number {
  return share === 0 ? 0 : Math.max(1, Math.round(share * rows));
}

const [TRAIN, VALIDATION, TEST] = [0, 1, 2];

/**
 * Gives whole clusters to test and validation until each has its rows, and its share of every stratum as far as
 * clusters can be divided so; the rest is train. The order is a hash of each cluster's rows and the seed: neither the
 * files' order nor rows that are added elsewhere move a cluster.
 *
 * @returns by cluster the place in `splitNames`; undefined where some split would stay empty
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
    // If every cluster is larger than the target, the smallest is nearest.
    const smallest = free.reduce((least, cluster) => Math.min(least, sizes[cluster]), Infinity);
    const nearest = free.find((cluster) => sizes[cluster] === smallest);
    if (nearest === undefined) return undefined;
    splits[nearest] = split;
  }
  return splits.includes(TRAIN) ? splits : undefined;
}

/** Rows of each stratum that a split should get: its share of all, rounded so that they add up to what is wanted. */
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
  // Equal remainders are drawn: small strata that come first would have every row, and those behind none.
  const draws = exact.map((_, stratum) => randomUint32([seed, `strata of ${split}`, stratum]));
  const rest = (stratum: number): number => exact[stratum] - quotas[stratum];
  const order = [...exact.keys()].toSorted((a, b) => rest(b) - rest(a) || draws[a] - draws[b] || a - b);
  for (const stratum of order.slice(0, left)) quotas[stratum]++;
  return withRareOnes(quotas, counts);
}

/** Nothing can be measured of a class without a row, so one with rows for all three splits has one from the largest. */
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

/** Takes a cluster's rows out of the quotas where all of them fit. */
function takeQuotas(strata: readonly number[] | undefined, quotas: number[] | undefined): boolean {
  if (strata === undefined || quotas === undefined) return true;
  for (const stratum of strata) quotas[stratum]--;
  if (strata.every((stratum) => quotas[stratum] >= 0)) return true;
  for (const stratum of strata) quotas[stratum]++;
  return false;
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
