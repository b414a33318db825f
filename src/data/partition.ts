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
import { splitByTime } from './split-by-time.ts';
import { strataOf } from './strata.ts';
import type { UnionFind } from './union-find.ts';

export type Splits = Record<SplitName, Example[]>;

export interface PartitionOptions extends ClusterOptions {
  /** Shares of the train rows; 0 if a split has files of its own or is not wanted. */
  shares: SplitShares;
  seed: number;
  /** Splits by the rows' times, so that rows of test and validation are newer than those of train. */
  isByTime?: boolean;
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
  /** The split of each of those rows; undefined for rows left out when splitting by time. */
  splitOf: (SplitName | undefined)[];
  rows: Example[];
  duplicates: DuplicateReport;
  /** Rows left out when splitting by time, since the rest of their cluster is on the other side of the border. */
  leftOut: number;
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
    return { splits: given, clusters: [], splitOf: rows.map(() => 'train'), rows, duplicates: { exact }, leftOut: 0 };
  }
  const divided = {
    given,
    rows,
    ids: rows.map(({ id }) => id),
    strata: isSplit && options.isByTime !== true ? strataOf(rows) : undefined,
  };
  const clustering = await chooseClustering(divided, options);
  const clusters = clustering.sets.sets();
  const splitOf = placeRows(divided, clusters, options);
  const splits: Splits = { train: [], validation: [], test: [] };
  let leftOut = 0;
  for (const [index, row] of rows.entries()) {
    const split = splitOf[index];
    if (split === undefined) leftOut++;
    else splits[split].push(row);
  }
  return {
    splits,
    clusters: leftOut === 0 ? clusters : clusters.map((cluster) => cluster.filter((row) => splitOf[row] !== undefined)),
    splitOf,
    rows,
    leftOut,
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

function serves(sets: UnionFind, divided: Divided, options: PartitionOptions): boolean {
  const { given, rows } = divided;
  const clusters = sets.sets();
  const own = fromOwnFiles(given);
  const mixed = clusters.filter((cluster) => new Set(cluster.map(own)).size > 1).flat();
  const overlapping = mixed.filter((row) => own(row) !== 'train').length;
  if (2 * overlapping > given.validation.length + given.test.length) return false;
  const isKept = (row: number) => options.isKept?.(rows[row]) === true;
  const free = clusters.filter((cluster) => cluster.every((row) => own(row) === 'train' && !isKept(row)));
  const assigned = divide(free, divided, options);
  if (assigned === undefined) return false;
  const count =
    options.isKept === undefined ? given.train.length : given.train.filter((row) => !options.isKept!(row)).length;
  const held = { validation: 0, test: 0 };
  let leftOut = 0;
  for (const split of assigned.values()) {
    if (split === undefined) leftOut++;
    else if (split !== 'train') held[split]++;
  }
  if (leftOut > count / 2) return false;
  return (['validation', 'test'] as const).every((split) => {
    const target = targetRows(options.shares[split], count);
    return Math.abs(held[split] - target) <= Math.max(1, target / 2);
  });
}

/** The split of each row of some clusters; undefined if a split would stay empty. */
function divide(
  clusters: readonly (readonly number[])[],
  { rows, ids, strata }: Divided,
  { shares, seed, isByTime }: PartitionOptions,
): Map<number, SplitName | undefined> | undefined {
  if (isByTime === true) return divideByTime(clusters, rows, shares);
  const assigned = assignSplits(listClusters(clusters, ids, strata), shares, seed);
  return assigned && new Map(clusters.flatMap((cluster, i) => cluster.map((row) => [row, splitNames[assigned[i]]])));
}

function divideByTime(
  clusters: readonly (readonly number[])[],
  rows: readonly Example[],
  shares: SplitShares,
): Map<number, SplitName | undefined> | undefined {
  const places = clusters.flat();
  const setOf = Uint32Array.from(clusters.flatMap((cluster, set) => cluster.map(() => set)));
  const times = Float64Array.from(places, (row) => rows[row].time!);
  const assigned = splitByTime({ times, setOf, sets: clusters.length }, shares);
  // LEFT_OUT is beyond the last name, so that such rows are undefined.
  return assigned && new Map(places.map((row, i) => [row, splitNames.at(assigned[i])]));
}

function placeRows(
  divided: Divided,
  clusters: readonly (readonly number[])[],
  options: PartitionOptions,
): (SplitName | undefined)[] {
  const { given, rows } = divided;
  const { shares, isKept } = options;
  const own = fromOwnFiles(given);
  const isFree = (row: number) => own(row) === 'train' && isKept?.(rows[row]) !== true;
  const free = clusters.filter((cluster) => cluster.every(isFree));
  const splitOf: (SplitName | undefined)[] = rows.map((_, row) => own(row));
  // If nothing is taken, nothing needs to remain: all rows may come from the splits' own files.
  if (shares.validation + shares.test === 0) return splitOf;
  const assigned = divide(free, divided, options);
  if (assigned === undefined) throw impossible(given.train.length, free.length, options);
  for (const [row, split] of assigned) splitOf[row] = split;
  return splitOf;
}

/** The split whose file contained a row. */
function fromOwnFiles(given: Splits): (row: number) => SplitName {
  const [train, validation] = [given.train.length, given.train.length + given.validation.length];
  return (row) => (row < train ? 'train' : row < validation ? 'validation' : 'test');
}

function impossible(rows: number, clusters: number, { shares, isByTime }: PartitionOptions): AttuneError {
  const wanted = splitNames.filter((split) => split !== 'train' && shares[split] > 0);
  const parts =
    clusters === rows ? '' : ` in ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'} that must not be split`;
  return new AttuneError('E_SPLIT_IMPOSSIBLE', {
    what: `The rows cannot be split into train and ${wanted.join(' and ')}`,
    got: `${rows} ${rows === 1 ? 'row' : 'rows'}${parts} (the same group, the same text or nearly the same)`,
    expected: `at least ${wanted.length + 1}${isByTime === true ? ', with different times' : ''}`,
    fix: `add rows, give ${wanted.join(' and ')} separate files, or set it to 0`,
  });
}
