/**
 * Splits rows into train, validation and test. Similar rows, a mail and its attachments, and rows of one group or
 * document stay in one split. Memory: six bytes per row, thirty if split by time, and bounded buffers.
 */
import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { GrowingArray } from '../../base/growing-array.ts';
import { PagedNumbers } from '../../files/paged-numbers.ts';
import {
  assignSplits,
  DiskSignatures,
  LEFT_OUT,
  linkBuckets,
  NEAR,
  packSignature,
  splitByTime,
  splitNames,
  TextSigner,
  timeIn,
  UnionFind,
  unpackSignature,
  type SplitName,
} from '../../data/index.ts';
import type { DataRow, Item } from '@attune/documents';
import { textOfRow } from '../row-texts.ts';
import { digitsOf, HashList } from '../hash-list.ts';
import { groupOf, isEmpty, valueAt } from '../split-keys.ts';
import type { SplitSpec } from './pipeline-spec.ts';

export interface SplitReport {
  by: SplitSpec['by'];
  column?: string;
  /** Columns whose equal values keep rows together. */
  groupBy?: readonly string[];
  rows: Record<SplitName, number>;
  /** When splitting by time: rows left out because rows of their cluster fall on both sides of a boundary. */
  leftOut?: number;
  /** Sets of two or more rows that stay together: their number, their rows, and the largest one. */
  clusters: number;
  clusteredRows: number;
  largestCluster: number;
}

/** The expensive part of assigning a row to a split, which depends on that row alone. Plain data. */
export interface SplitLook {
  /** Packed MinHash signature of the text. */
  signature: string;
  /** Hash of the values. */
  id: string;
}

let signer: TextSigner | undefined;

/** Undefined for an item that is not a row. */
export function lookForSplit(item: Item): SplitLook | undefined {
  if (item.kind !== 'row') return undefined;
  signer ??= new TextSigner();
  signer.sign(textOfRow(item));
  return { signature: packSignature(signer), id: digitsOf(JSON.stringify(item.values)) };
}

/** Collects the data that determines a split. */
export class SplitPlanner implements Disposable {
  readonly #spec: SplitSpec;
  #signatures: DiskSignatures | undefined;
  readonly #ids = new HashList();
  /** Values that keep rows together: the document (without `column`), or group columns. */
  readonly #groups: { column?: string; isAsked: boolean; values: HashList; isFound: boolean }[];
  /** Mails that rows come from, so that attachments stay with them, and the row of each entry. */
  readonly #mails = { ids: new HashList(), rows: new PagedNumbers() };
  readonly #times = new GrowingArray(Float64Array);
  readonly #untimed: { row: DataRow; got: unknown }[] = [];

  /** @param subjects further grouping columns, used if rows still have them */
  constructor(spec: SplitSpec, { folder, subjects = [] }: { folder: string; subjects?: readonly string[] }) {
    this.#spec = spec;
    const asked = new Set(spec.group_by);
    const columns = [...(spec.by === 'document' ? [undefined] : []), ...asked.union(new Set(subjects))];
    this.#groups = columns.map((column) => {
      return { column, isAsked: column !== undefined && asked.has(column), values: new HashList(), isFound: false };
    });
    this.#signatures = new DiskSignatures(folder);
  }

  add(row: DataRow, look = lookForSplit(row)!): void {
    const { by, column } = this.#spec;
    this.#signatures!.addSigned(unpackSignature(look.signature));
    this.#ids.addDigits(look.id);
    for (const { mail } of row.origins) {
      if (mail === undefined) continue;
      this.#mails.ids.add(mail);
      this.#mails.rows.push(this.#ids.count - 1);
    }
    for (const group of this.#groups) {
      const value = group.column === undefined ? row.origins[0]?.file : keyOf(row, group.column);
      group.values.add(isEmpty(value) ? undefined : groupOf(value));
      group.isFound ||= !isEmpty(value);
    }
    if (by !== 'time') return;
    const value = keyOf(row, column!);
    const time = timeIn(value);
    this.#times.push(time ?? Number.NaN);
    if (time === undefined && this.#untimed.length < MOST_LISTED) this.#untimed.push({ row, got: value });
  }

  /**
   * Index in `splitNames` for each row, or LEFT_OUT. @throws AttuneError E_SPLIT_IMPOSSIBLE, E_SPLIT_TIME,
   * E_SPLIT_GROUP
   */
  async plan(signal?: AbortSignal): Promise<{ splitOf: Uint8Array; report: SplitReport }> {
    if (this.#untimed.length > 0) throw noTime(this.#spec.column!, this.#untimed);
    const strange = this.#groups.filter(({ isAsked, isFound }) => isAsked && !isFound);
    if (strange.length > 0) throw noGroup(strange.map(({ column }) => column!));
    const sets = await this.#linkAlike(signal);
    const { ids, rows } = this.#mails;
    ids.unite(sets, (index) => rows.at(index));
    for (const { values } of this.#groups) values.unite(sets);
    const { setOf, count } = sets.toNumbers();
    const isTimed = this.#spec.by === 'time';
    const times = this.#times.view;
    using sizes = sizesOf(setOf);
    const splitOf = isTimed ? splitByTime({ times, setOf, sets: count }, this.#spec) : this.#byHash(setOf, sizes);
    if (splitOf === undefined) throw impossible({ rows: this.#ids.count, sets: count, isTimed });
    return { splitOf, report: this.#report(sizes, splitOf) };
  }

  /** Joins similar rows into sets. Frees the data of the comparison before the sets are used. */
  async #linkAlike(signal?: AbortSignal): Promise<UnionFind> {
    const sets = new UnionFind(this.#ids.count);
    this.#signatures!.finish();
    await linkBuckets(this.#signatures!, () => undefined, { threshold: NEAR, sets, signal });
    this.#signatures![Symbol.dispose]();
    this.#signatures = undefined;
    return sets;
  }

  [Symbol.dispose](): void {
    const lists = [this.#ids, this.#mails.ids, this.#mails.rows, ...this.#groups.map(({ values }) => values)];
    for (const list of [this.#signatures, ...lists]) list?.[Symbol.dispose]();
  }

  #byHash(setOf: Uint32Array, sizes: PagedNumbers): Uint8Array | undefined {
    const { validation, test, seed } = this.#spec;
    using leads = this.#ids.leads(setOf);
    const splits = assignSplits({ sizes, leads }, { validation, test }, seed);
    if (splits === undefined) return undefined;
    const splitOf = new Uint8Array(setOf.length);
    for (const [row, set] of setOf.entries()) splitOf[row] = splits[set];
    return splitOf;
  }

  #report(sizes: PagedNumbers, splitOf: Uint8Array): SplitReport {
    const { by, column } = this.#spec;
    const groupBy = this.#groups.flatMap((group) => (group.isFound ? (group.column ?? []) : []));
    const rows = { train: 0, validation: 0, test: 0 };
    let leftOut = 0;
    for (const split of splitOf) {
      if (split === LEFT_OUT) leftOut++;
      else rows[splitNames[split]]++;
    }
    const clusters = { clusters: 0, clusteredRows: 0, largestCluster: 0 };
    for (const size of sizes.values()) {
      if (size === 1) continue;
      clusters.clusters++;
      clusters.clusteredRows += size;
      clusters.largestCluster = Math.max(clusters.largestCluster, size);
    }
    return {
      by,
      ...(column !== undefined && { column }),
      ...(groupBy.length > 0 && { groupBy }),
      rows,
      ...(leftOut > 0 && { leftOut }),
      ...clusters,
    };
  }
}

/** Number of rows of each set. */
function sizesOf(setOf: Uint32Array): PagedNumbers {
  const sizes = new PagedNumbers();
  for (const set of setOf) {
    if (set === sizes.length) sizes.push(1);
    else sizes.set(set, sizes.at(set) + 1);
  }
  return sizes;
}

const MOST_LISTED = 20;

/** Split key of a row; `splitKeys` has values that a step removed. */
function keyOf({ values, splitKeys }: DataRow, column: string): unknown {
  return splitKeys?.[column] ?? valueAt(values, column);
}

function noTime(column: string, rows: readonly { row: DataRow; got: unknown }[]): AttuneError {
  return new AttuneError('E_SPLIT_TIME', {
    what: `Rows have no time in column "${column}"`,
    problems: rows.map(({ row: { origins }, got }) => {
      const [{ file, row }] = origins;
      return { file, ...(row !== undefined && { line: row }), message: `has ${JSON.stringify(got) ?? 'nothing'}` };
    }),
    expected: 'a date such as 2024-05-31 or 2024-05-31T10:00:00Z, or a number',
    fix: 'choose another column, or remove such rows in an earlier step',
  });
}

function noGroup(columns: readonly string[]): AttuneError {
  return new AttuneError('E_SPLIT_GROUP', {
    what: 'No row has a value in a group_by column',
    problems: columns.map((column) => ({ field: 'split.group_by', message: `"${column}" is in no row` })),
    expected: 'columns of the rows after the last step',
    fix: 'choose columns that the steps keep: `records` keeps all columns of a table, other steps only some',
  });
}

function impossible({ rows, sets, isTimed }: { rows: number; sets: number; isTimed: boolean }): AttuneError {
  const times = isTimed ? ', with different times' : '';
  return new AttuneError('E_SPLIT_IMPOSSIBLE', {
    what: 'The rows cannot be split as requested',
    got: `${plural(rows, 'rows')} in ${plural(sets, 'sets')} that must not be split (same group, or nearly the same text)`,
    expected: `enough sets for each split to get one${times}`,
    fix: 'add a deduplicate step, add rows, or set validation or test to 0',
  });
}
