/** Rows into train, validation and test: none that are alike, of one mail with its attachments, or of one group or document, on two sides. In memory are a few bytes a row. */
import { AttuneError } from '../../base/errors.ts';
import { assignSplits, DiskSignatures, linkBuckets, splitNames, UnionFind, type SplitName } from '../../data/index.ts';
import type { DataRow } from '../../documents/index.ts';
import { sha256 } from '../../files/hash.ts';
import { textOfRow } from '../row-texts.ts';
import type { SplitSpec } from './pipeline-spec.ts';

export interface SplitReport {
  by: SplitSpec['by'];
  column?: string;
  rows: Record<SplitName, number>;
  /** Sets of two or more rows that stay together, the rows in them, and the largest. */
  clusters: number;
  clusteredRows: number;
  largestCluster: number;
}

/** Jaccard similarity of pairs of words from which on rows stay together: as recipes split. */
const NEAR = 0.8;
const DIGITS = 16;

/** Collects what a split is decided by. */
export class SplitPlanner implements Disposable {
  readonly #spec: SplitSpec;
  readonly #signatures: DiskSignatures;
  readonly #ids: string[] = [];
  readonly #groups: (string | undefined)[] = [];
  /** Rows of mails with attachments, and of these: by the mail, the first of them. */
  readonly #mails = new Map<string, number>();
  readonly #joined: [number, number][] = [];
  readonly #times: number[] = [];
  readonly #untimed: { row: DataRow; got: unknown }[] = [];

  constructor(spec: SplitSpec, folder: string) {
    this.#spec = spec;
    this.#signatures = new DiskSignatures(folder);
  }

  add(row: DataRow): void {
    const { by, column } = this.#spec;
    this.#signatures.add(textOfRow(row));
    this.#ids.push(sha256(JSON.stringify(row.values)).slice(0, DIGITS));
    this.#joinMails(row);
    const value = column === undefined ? undefined : valueAt(row.values, column);
    if (by === 'document') this.#groups.push(row.origins[0]?.file);
    if (by === 'group') this.#groups.push(isEmpty(value) ? undefined : JSON.stringify(value));
    if (by !== 'time') return;
    const time = timeOf(value);
    this.#times.push(time);
    if (Number.isNaN(time) && this.#untimed.length < MOST_LISTED) this.#untimed.push({ row, got: value });
  }

  /** By row, its split. @throws AttuneError E_SPLIT_IMPOSSIBLE, E_SPLIT_TIME */
  async plan(signal?: AbortSignal): Promise<{ splitOf: SplitName[]; report: SplitReport }> {
    if (this.#untimed.length > 0) throw noTime(this.#spec.column!, this.#untimed);
    this.#signatures.finish();
    const sets = new UnionFind(this.#ids.length);
    await linkBuckets(this.#signatures, (first, other) => sets.union(first, other), { threshold: NEAR, signal });
    for (const [first, other] of this.#joined) sets.union(first, other);
    if (this.#groups.length > 0) sets.uniteBy((row) => this.#groups[row]);
    const clusters = sets.sets();
    const assigned = this.#spec.by === 'time' ? this.#byTime(clusters) : this.#byHash(clusters);
    if (assigned === undefined) throw impossible(this.#ids.length, clusters.length);
    const splitOf: SplitName[] = Array.from({ length: this.#ids.length });
    for (const [index, cluster] of clusters.entries()) for (const row of cluster) splitOf[row] = assigned[index];
    return { splitOf, report: this.#report(clusters, splitOf) };
  }

  /** What came with a mail stays with it. */
  #joinMails({ origins }: DataRow): void {
    const own = this.#ids.length - 1;
    for (const { mail } of origins) {
      if (mail === undefined) continue;
      const first = this.#mails.get(mail);
      if (first === undefined) this.#mails.set(mail, own);
      else if (first !== own) this.#joined.push([first, own]);
    }
  }

  [Symbol.dispose](): void {
    this.#signatures[Symbol.dispose]();
  }

  #byHash(clusters: readonly number[][]): SplitName[] | undefined {
    const { validation, test, seed } = this.#spec;
    return assignSplits(clusters, this.#ids, { validation, test }, seed);
  }

  /** The latest are test, those before them validation. A cluster stands where its earliest row does: nothing in test is old. */
  #byTime(clusters: readonly number[][]): SplitName[] | undefined {
    const { validation, test } = this.#spec;
    const total = this.#ids.length;
    const begins = clusters.map((rows) => rows.reduce((least, row) => Math.min(least, this.#times[row]), Infinity));
    const order = clusters.map((_, index) => index).sort((a, b) => begins[a] - begins[b] || a - b);
    const splits: SplitName[] = [];
    let before = 0;
    for (const cluster of order) {
      const place = before / total;
      splits[cluster] = place < 1 - validation - test ? 'train' : place < 1 - test ? 'validation' : 'test';
      before += clusters[cluster].length;
    }
    const wanted = splitNames.filter((name) => name === 'train' || this.#spec[name] > 0);
    return wanted.every((name) => splits.includes(name)) ? splits : undefined;
  }

  #report(clusters: readonly number[][], splitOf: readonly SplitName[]): SplitReport {
    const { by, column } = this.#spec;
    const sizes = clusters.map(({ length }) => length).filter((size) => size > 1);
    const rows = { train: 0, validation: 0, test: 0 };
    for (const split of splitOf) rows[split]++;
    return {
      by,
      ...(column !== undefined && { column }),
      rows,
      clusters: sizes.length,
      clusteredRows: sizes.reduce((sum, size) => sum + size, 0),
      largestCluster: sizes.reduce((most, size) => Math.max(most, size), 0),
    };
  }
}

const MOST_LISTED = 20;

function valueAt(values: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(values, path)) return values[path];
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], values);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Milliseconds, from a date as text or a number of seconds or milliseconds. */
function timeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Date.parse(value) : NaN;
}

function noTime(column: string, rows: readonly { row: DataRow; got: unknown }[]): AttuneError {
  return new AttuneError('E_SPLIT_TIME', {
    what: `Rows have no time in column "${column}"`,
    problems: rows.map(({ row: { origins }, got }) => {
      const [{ file, row }] = origins;
      return { file, ...(row !== undefined && { line: row }), message: `has ${JSON.stringify(got) ?? 'nothing'}` };
    }),
    expected: 'a date such as 2024-05-31 or 2024-05-31T10:00:00Z, or a number',
    fix: 'name another column, or leave such rows out by a step before',
  });
}

function impossible(rows: number, clusters: number): AttuneError {
  return new AttuneError('E_SPLIT_IMPOSSIBLE', {
    what: 'The rows cannot be split as asked',
    got: `${rows} rows in ${clusters} sets that must stay whole (the same group, nearly the same text)`,
    expected: 'enough sets for each split to have one',
    fix: 'add a deduplicate step, add rows, or set validation or test to 0',
  });
}
