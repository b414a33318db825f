import { AttuneError } from '../base/errors.ts';
import { sha256 } from '../files/hash.ts';
import { splitNames, type SplitName } from './assign-splits.ts';
import type { ColumnMapping } from './columns.ts';
import type { Example } from './example.ts';
import { joinInteractions } from './interactions.ts';
import { leaveLastOut, splitsByLast, type LastItems } from './leave-last-out.ts';
import { mixParts, withShares, type MixturePart } from './mixture.ts';
import { findOverlaps, refuseOverlap, type OverlapReport } from './overlaps.ts';
import { partition, type DuplicateReport, type Partition, type Splits } from './partition.ts';
import type { FileReport } from './example-sink.ts';
import { FileReader } from './read-files.ts';
import type { LeftOutRow, RowFormatters } from './row-formatter.ts';
import { expandSpec, type DataSpec, type ExpandedSpec, type SourceFile, type KnownShapes } from './sources.ts';

export interface DataOptions {
  train: DataSpec;
  /** A share of the train rows (0 … 1, 0 for none), or separate rows. */
  validation?: number | DataSpec;
  test?: number | DataSpec;
  /** Dotted path of a column; rows with the same value never straddle splits. */
  groupBy?: string;
  /** Dotted path of a column of times: the newest train rows become test, those before them validation. */
  splitByTime?: string;
  /** Format of files that name none; detected if undefined. */
  format?: string;
  columns?: ColumnMapping;
  /** User-defined format functions. */
  formatters?: RowFormatters;
  /** Expected format of files that name neither format nor columns. */
  known?: KnownShapes;
  /** Whether the rows are inputs, which may have no answers yet. */
  isInput?: boolean;
  seed: number;
  /** Whether bad rows are an error; otherwise they are left out and counted. Default true. */
  strict?: boolean;
  /** Continues even if evaluation rows are among the training rows. */
  allowOverlap?: boolean;
  /** The folder to which relative paths refer. */
  base?: string;
  onProgress?: (progress: DataProgress) => void;
  signal?: AbortSignal;
}

export interface DataProgress {
  activity: 'read' | 'compare';
  rows: number;
  total?: number;
}

export interface LoadedData {
  splits: Splits;
  /** How often each part of the train rows is used; undefined if every row is used once per epoch. */
  mixture?: MixturePart[];
  report: DataReport;
}

/** Plain JSON: files, formats, splits and findings. */
export interface DataReport {
  files: (FileReport & { split: SplitName })[];
  rows: Record<SplitName, number>;
  /** SHA-256 over each split's row ids in order. */
  hashes: Record<SplitName, string>;
  duplicates: DuplicateReport;
  overlap: OverlapReport;
  /** Source of a split's rows: a share of train, files of its own, a file next to train's, or none. */
  origins: Record<SplitName, string>;
  /** Present if the last items of rows are held out instead of whole rows. */
  lastItems?: LastItems;
  /** Present if rows are split by time. */
  byTime?: TimeSplit;
}

/** A split by time: the newest rows are test, those before them validation. */
interface TimeSplit {
  column: string;
  /** Rows in no split, since the rest of their group or near-duplicates is on the other side of a border. */
  leftOut: number;
}

/**
 * Reads, checks and splits a data set. The result depends only on the rows and the options.
 *
 * @throws AttuneError E_FILE_MISSING, E_NO_FILES, E_UNKNOWN_CONTAINER, E_UNKNOWN_FORMAT, E_BAD_COLUMNS, E_BAD_FILE,
 * E_BAD_ENCODING, E_BAD_ROWS (all of them at once), E_NO_ROWS, E_BAD_SHARE, E_BAD_WEIGHT, E_SPLIT_IMPOSSIBLE,
 * E_SPLIT_OVERLAP, E_HUB_DATA
 */
export async function loadData(options: DataOptions): Promise<LoadedData> {
  const plan = planSplits(options);
  const read = await readSplits(plan, options);
  const byLast = splitsByLast(read.splits, plan.shares);
  if (byLast && options.splitByTime !== undefined) throw bothByLastAndTime();
  const divided = await partition(read.splits, {
    shares: byLast ? { validation: 0, test: 0 } : plan.shares,
    seed: options.seed,
    isByTime: options.splitByTime !== undefined,
    isKept: plan.ownShares && ((row) => plan.ownShares![read.sourceOf.get(row)!] !== undefined),
    signal: options.signal,
    onProgress: (rows, total) => options.onProgress?.({ activity: 'compare', rows, total }),
  });
  const overlap = findOverlaps(divided);
  if (options.allowOverlap !== true) refuseOverlap(overlap);
  // Last items are held out after the overlap check, since rows share their beginning with training rows by design.
  const lastItems = byLast ? holdLastItems(divided, read, plan) : undefined;
  const { splitByTime: column } = options;
  const byTime = column === undefined ? undefined : { column, leftOut: divided.leftOut };
  const report = reportOn(divided, { files: read.files, overlap, origins: plan.origins, lastItems, byTime });
  return { splits: divided.splits, mixture: mix(divided.splits.train, read.sourceOf, plan), report };
}

function holdLastItems(divided: Partition, read: ReadSplits, plan: Plan): LastItems {
  const { splits, wholeOf, report } = leaveLastOut(divided.splits, plan.shares);
  for (const [part, whole] of wholeOf) if (read.sourceOf.has(whole)) read.sourceOf.set(part, read.sourceOf.get(whole)!);
  divided.splits = splits;
  const held = (['validation', 'test'] as const).filter((split) => plan.shares[split] > 0);
  for (const split of held) plan.origins[split] = `an item at the end of each row with ${report.needed} or more`;
  return report;
}

function bothByLastAndTime(): AttuneError {
  return new AttuneError('E_SPLIT_TIME', {
    what: 'Rows of items cannot be split by time (split_by_time): the last items of each row are held out already',
    fix: 'remove split_by_time',
  });
}

interface Plan {
  files: Record<SplitName, SourceFile[]>;
  shares: { validation: number; test: number };
  origins: Record<SplitName, string>;
  weights?: number[];
  /** Shares of parts that have their own; these parts are used for training only. */
  ownShares?: (number | undefined)[];
}

/** Chooses the source of each split's rows. Files next to the train files take precedence over a share. */
function planSplits(options: DataOptions): Plan {
  const { base = process.cwd(), format, columns, formatters, known, isInput } = options;
  const shared = { base, format, columns, formatters, known, isInput };
  const expand = (split: SplitName, spec: DataSpec): ExpandedSpec => expandSpec(spec, { split, ...shared });
  const train = expand('train', options.train);
  const plan: Plan = {
    files: { train: train.files, validation: [], test: [] },
    shares: { validation: 0, test: 0 },
    origins: { train: 'files', validation: 'none', test: 'none' },
    weights: train.weights,
    ownShares: train.shares,
  };
  for (const split of ['validation', 'test'] as const) {
    const wish = options[split] ?? 0;
    const beside = train.beside[split];
    if (typeof wish !== 'number') plan.files[split] = expand(split, wish).files;
    else if (beside !== undefined) plan.files[split] = beside;
    else plan.shares[split] = wish;
    plan.origins[split] = originOf(wish, beside);
  }
  checkShares(plan.shares);
  return plan;
}

function originOf(wish: number | DataSpec, beside: SourceFile[] | undefined): string {
  if (typeof wish !== 'number') return 'files';
  if (beside !== undefined) return beside.map(({ file }) => file).join(', ');
  return wish === 0 ? 'none' : `${wish} of the train files`;
}

function checkShares(shares: Plan['shares']): void {
  const isShare = (share: number): boolean => share >= 0 && share < 1;
  if (Object.values(shares).every(isShare) && shares.validation + shares.test < 1) return;
  throw new AttuneError('E_BAD_SHARE', {
    what: 'The validation and test shares are invalid or leave no training rows',
    got: `validation ${shares.validation}, test ${shares.test}`,
    expected: 'shares from 0 to below 1 that add up to less than 1',
    fix: 'for example validation: 0.1 and test: 0.1; to choose a number of rows, convert it to a share',
  });
}

interface ReadSplits {
  splits: Splits;
  files: DataReport['files'];
  /** Part of the spec that each train row came from. */
  sourceOf: Map<Example, number>;
}

async function readSplits(plan: Plan, options: DataOptions): Promise<ReadSplits> {
  const reader = new FileReader(options.strict);
  const result: ReadSplits = { splits: { train: [], validation: [], test: [] }, files: [], sourceOf: new Map() };
  for (const split of splitNames) {
    for (const source of plan.files[split]) {
      const { examples, report } = await reader.read(source, {
        groupBy: options.groupBy,
        splitByTime: options.splitByTime,
        isDivided: split === 'train' && plan.ownShares?.[source.source] === undefined,
        signal: options.signal,
        onProgress: (rows) => options.onProgress?.({ activity: 'read', rows }),
      });
      for (const example of examples) {
        result.splits[split].push(example);
        if (isMixed(plan) && split === 'train') result.sourceOf.set(example, source.source);
      }
      result.files.push({ ...report, split });
    }
  }
  const error = reader.badRows.error();
  if (error !== undefined) throw error;
  for (const split of splitNames) {
    const { rows, firstOf } = joinInteractions(result.splits[split]);
    result.splits[split] = rows;
    for (const [whole, first] of firstOf)
      if (result.sourceOf.has(first)) result.sourceOf.set(whole, result.sourceOf.get(first)!);
  }
  for (const split of splitNames) requireRows(split, result, plan.files[split]);
  return result;
}

function requireRows(split: SplitName, { splits, files: reports }: ReadSplits, files: readonly SourceFile[]): void {
  if (splits[split].length > 0 || (split !== 'train' && files.length === 0)) return;
  const leftOut = reports.flatMap((report) => (report.split === split ? (report.leftOut?.first ?? []) : []));
  if (leftOut.length > 0) throw allLeftOut(split, leftOut);
  throw new AttuneError('E_NO_ROWS', {
    what: `No rows for ${split}`,
    got: `${files.length === 1 ? 'an empty file' : 'empty files'}: ${files.map(({ file }) => file).join(', ')}`,
    expected: 'at least one row',
    fix: 'check that these are the right files and that they are complete',
  });
}

function allLeftOut(split: SplitName, rows: readonly LeftOutRow[]): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: `No rows for ${split}: all of them were left out`,
    problems: rows.map(({ reason, ...place }) => ({ ...place, message: reason })),
    fix: 'correct the rows, or let the function in data.format return some',
  });
}

/** Train rows keep the order of the spec's parts, so that each part is a contiguous range. */
function mix(train: readonly Example[], sourceOf: ReadonlyMap<Example, number>, plan: Plan): MixturePart[] | undefined {
  if (!isMixed(plan)) return undefined;
  const parts = (plan.weights ?? plan.ownShares)!;
  const rows = parts.map(() => 0);
  for (const example of train) rows[sourceOf.get(example)!]++;
  const names = parts.map(
    (_, part) => plan.files.train.find(({ source }) => source === part)?.file ?? `part ${part + 1}`,
  );
  return mixParts(rows, withShares(plan.weights ?? rows, plan.ownShares), names);
}

function isMixed({ weights, ownShares }: Plan): boolean {
  return weights !== undefined || ownShares !== undefined;
}

function reportOn(
  { splits, duplicates }: Partition,
  rest: Pick<DataReport, 'files' | 'overlap' | 'origins' | 'lastItems' | 'byTime'>,
): DataReport {
  const perSplit = <T>(valueOf: (rows: Example[]) => T): Record<SplitName, T> => ({
    train: valueOf(splits.train),
    validation: valueOf(splits.validation),
    test: valueOf(splits.test),
  });
  const hashes = perSplit((rows) => sha256(rows.map(({ id }) => id).join('\n')));
  return { rows: perSplit(({ length }) => length), hashes, duplicates, ...rest };
}
