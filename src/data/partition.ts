import { AttuneError } from '../base/errors.ts';
import {
  assignSplits,
  listClusters,
  splitNames,
  targetRows,
  type SplitName,
  type SplitShares,
} from './assign-splits.ts';
import { clusterings, firmClusters, type ClusterOptions, type Clustering } from './clusters.ts';
import type { Example } from './example.ts';
import { strataOf } from './strata.ts';
import type { UnionFind } from './union-find.ts';

export type Splits = Record<SplitName, Example[]>;

export interface PartitionOptions extends ClusterOptions {
  /** Shares of the train rows; 0 if a split has files of its own or is not wanted. */
  shares: SplitShares;
  seed: number;
  /** Train rows that must remain train rows, with their clusters. */
  isKept?(row: Example): boolean;
}

export interface DuplicateReport {
  /** Number of exact duplicates beyond the first. */
  exact: number;
  /** Rows in clusters of two or more, and the number of such clusters; undefined if nothing was compared. */
  clusteredRows?: number;
  clusters?: number;
  largestCluster?: number;
  /** Share of rows above which word runs counted as boilerplate and were ignored; 1: none were. */
  commonShare?: number;
}

export interface Partition {
  splits: Splits;
  /** Clusters over the given train, validation and test rows, in this order. */
  clusters: number[][];
  /** The split of each of those rows. */
  splitOf: SplitName[];
  rows: Example[];
  duplicates: DuplicateReport;
}

/**
 * Splits rows so that no row, group or near-duplicate is in two splits, and each split has its share of every class or
 * range of numbers. Rows from a split's own files stay there; `findOverlaps` reports what they have in common with
 * other splits.
 */
export async function partition(given: Splits, options: PartitionOptions): Promise<Partition> {
  const rows = splitNames.flatMap((split) => given[split]);
  const exact = rows.length - new Set(rows.map(({ id }) => id)).size;
  const isSplit = options.shares.validation > 0 || options.shares.test > 0;
  if (!isSplit && given.validation.length === 0 && given.test.length === 0) {
    return { splits: given, clusters: [], splitOf: rows.map(() => 'train'), rows, duplicates: { exact } };
  }
  const divided = { given, rows, ids: rows.map(({ id }) => id), strata: isSplit ? strataOf(rows) : undefined };
  const clustering = await chooseClustering(divided, options);
  const clusters = clustering.sets.sets();
  const splitOf = placeRows(divided, clusters, options);
  const splits: Splits = { train: [], validation: [], test: [] };
  for (const [index, row] of rows.entries()) splits[splitOf[index]].push(row);
  return {
    splits,
    clusters,
    splitOf,
    rows,
    duplicates: { exact, ...describe(clusters), commonShare: clustering.commonShare },
  };
}

function describe(clusters: readonly number[][]): Omit<DuplicateReport, 'exact' | 'commonShare'> {
  const sizes = clusters.map(({ length }) => length).filter((size) => size > 1);
  const clusteredRows = sizes.reduce((total, size) => total + size, 0);
  return { clusteredRows, clusters: sizes.length, largestCluster: sizes.reduce((a, b) => Math.max(a, b), 1) };
}

/** The rows to divide, with their constraints. */
interface Divided {
  given: Splits;
  rows: readonly Example[];
  ids: readonly string[];
  strata: Uint32Array | undefined;
}

/**
 * The strictest clustering under which the split sizes come out about right and the splits' own files do not overlap
 * entirely.
 */
async function chooseClustering(divided: Divided, options: PartitionOptions): Promise<Clustering> {
  const { rows } = divided;
  const firm = firmClusters(rows);
  // If groups alone prevent the split, ignoring boilerplate would only admit near-duplicates.
  const isPossible = serves(firm, divided, options);
  let chosen: Clustering | undefined;
  for await (const clustering of clusterings(rows, firm, options)) {
    chosen = clustering;
    if (clustering.isComplete && (!isPossible || serves(clustering.sets, divided, options))) break;
  }
  return chosen!;
}

function serves(sets: UnionFind, { given, rows, ids, strata }: Divided, options: PartitionOptions): boolean {
  const clusters = sets.sets();
  const own = fromOwnFiles(given);
  const mixed = clusters.filter((cluster) => new Set(cluster.map(own)).size > 1).flat();
  const overlapping = mixed.filter((row) => own(row) !== 'train').length;
  if (2 * overlapping > given.validation.length + given.test.length) return false;
  const isKept = (row: number) => options.isKept?.(rows[row]) === true;
  const free = clusters.filter((cluster) => cluster.every((row) => own(row) === 'train' && !isKept(row)));
  const assigned = assignSplits(listClusters(free, ids, strata), options.shares, options.seed);
  if (assigned === undefined) return false;
  const count =
    options.isKept === undefined ? given.train.length : given.train.filter((row) => !options.isKept!(row)).length;
  return (['validation', 'test'] as const).every((split) => {
    const target = targetRows(options.shares[split], count);
    const got = free.reduce(
      (total, cluster, index) => total + (splitNames[assigned[index]] === split ? cluster.length : 0),
      0,
    );
    return Math.abs(got - target) <= Math.max(1, target / 2);
  });
}

function placeRows(
  { given, rows, ids, strata }: Divided,
  clusters: readonly number[][],
  { shares, seed, isKept }: PartitionOptions,
): SplitName[] {
  const own = fromOwnFiles(given);
  const isFree = (row: number) => own(row) === 'train' && isKept?.(rows[row]) !== true;
  const free = clusters.filter((cluster) => cluster.every(isFree));
  const splitOf = rows.map((_, row) => own(row));
  // If nothing is taken, nothing needs to remain: all rows may come from the splits' own files.
  if (shares.validation + shares.test === 0) return splitOf;
  const assigned = assignSplits(listClusters(free, ids, strata), shares, seed);
  if (assigned === undefined) throw impossible(given.train.length, free.length, shares);
  for (const [index, cluster] of free.entries()) for (const row of cluster) splitOf[row] = splitNames[assigned[index]];
  return splitOf;
}

/** The split whose file contained a row. */
function fromOwnFiles(given: Splits): (row: number) => SplitName {
  const [train, validation] = [given.train.length, given.train.length + given.validation.length];
  return (row) => (row < train ? 'train' : row < validation ? 'validation' : 'test');
}

function impossible(rows: number, clusters: number, shares: SplitShares): AttuneError {
  const wanted = splitNames.filter((split) => split !== 'train' && shares[split] > 0);
  const parts =
    clusters === rows ? '' : ` in ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'} that must not be split`;
  return new AttuneError('E_SPLIT_IMPOSSIBLE', {
    what: `The rows cannot be split into train and ${wanted.join(' and ')}`,
    got: `${rows} ${rows === 1 ? 'row' : 'rows'}${parts} (the same group, the same text or nearly the same)`,
    expected: `at least ${wanted.length + 1}`,
    fix: `add rows, give ${wanted.join(' and ')} separate files, or set it to 0`,
  });
}
