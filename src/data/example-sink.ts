/** Converts the rows of one file to examples, with notes on the file. */
import { dirname } from 'node:path';
import type { Problem } from '../base/errors.ts';
import { isFolder } from '../files/find-files.ts';
import { sha256 } from '../files/hash.ts';
import { fieldsOf, mapColumns, valueAt } from './columns.ts';
import { containerName } from './containers/index.ts';
import type { Detection } from './formats/detect.ts';
import type { ExampleBody } from './formats/format.ts';
import { describeValue, isObject, RowReader } from './formats/row-reader.ts';
import { kindOf, type Example } from './kinds/index.ts';
import { FLAGS, mailsOf, PROVENANCE } from './provenance-column.ts';
import type { FormattedRow, LeftOutRow } from './row-formatter.ts';
import type { SourceFile } from './sources.ts';
import { timeIn } from './time-in.ts';

/** Report on one file. */
export interface FileReport {
  file: string;
  container: string;
  format: string;
  /** Reason for the format: `because of columns instruction, output`. */
  reason: string;
  rows: number;
  /** Columns and nested keys that the format does not read. */
  ignored: string[];
  /** First rows that the file's formatter left out, or bad ones if allowed, with reasons. */
  leftOut?: { rows: number; first: LeftOutRow[] };
  /** Its encoding, unless it is UTF-8. */
  encoding?: string;
  /** Columns with decimal commas. */
  decimalCommas?: string[];
}

/** Observations made while reading a file. */
export class FileNotes {
  leftOut = 0;
  readonly firstLeftOut: LeftOutRow[] = [];
  encoding: string | undefined;
  decimalCommas: readonly string[] = [];

  leaveOut(row: LeftOutRow): void {
    this.leftOut++;
    if (this.firstLeftOut.length < MAX_LISTED) this.firstLeftOut.push(row);
  }
}

const MAX_LISTED = 20;

export interface ReadOptions {
  /** Dotted path of the group column. */
  groupBy?: string;
  /** Dotted path of the column of times. */
  splitByTime?: string;
  /** Whether the rows are to be divided, so that each needs its group and time. */
  isDivided?: boolean;
  onProgress?: (rows: number) => void;
  signal?: AbortSignal;
}

/** Content that identifies a row: its values and, for files, their bytes rather than their location. */
function contentOf(body: ExampleBody): string {
  const files = kindOf(body).files?.(body) ?? [];
  if (files.length === 0) return JSON.stringify(body);
  return JSON.stringify(body, (key, value: unknown) => {
    const isFile = (key === 'media' || key === 'file') && isObject(value) && typeof value.hash === 'string';
    return isFile ? value.hash : value;
  });
}

interface SinkOptions extends ReadOptions {
  notes: FileNotes;
}

/** Converts the rows of a file to examples. */
export class ExampleSink {
  readonly examples: Example[] = [];
  readonly #columns = new Set<string>();
  readonly #used = new Set<string>([PROVENANCE, FLAGS]);
  readonly #ignored = new Set<string>();
  readonly #source: SourceFile;
  /** Base folder of paths in rows. */
  readonly #folder: string;
  readonly #detection: Detection | undefined;
  readonly #options: SinkOptions;

  constructor(source: SourceFile, detection: Detection | undefined, options: SinkOptions) {
    this.#source = source;
    this.#folder = source.mediaFolder ?? (isFolder(source.path) ? source.path : dirname(source.path));
    this.#detection = detection;
    this.#options = options;
  }

  /** Returns the row's defects; without any it has become an example. */
  take({ line, value, original = value, defect }: FormattedRow): RowReader['problems'] {
    const { file, columns } = this.#source;
    if (defect !== undefined) return [{ file, line, message: defect.reason, fix: defect.fix }];
    if (value === undefined || this.#detection === undefined) return [];
    const row = mapColumns(value, columns);
    const reader = new RowReader(row, { file, line, columns, folder: this.#folder });
    const { read, readInput = read } = this.#detection.format;
    const body = (this.#source.isInput === true ? readInput : read)(reader);
    const group = this.#group(original ?? value, reader);
    const time = this.#time(original ?? value, reader);
    this.#note(row, reader);
    if (body === undefined || reader.problems.length > 0) return reader.problems;
    const id = sha256(contentOf(body)).slice(0, 16);
    const mails = mailsOf((original ?? value)[PROVENANCE]);
    // Keeps the columns of a combined text for tabular systems.
    const fields = kindOf(body).answerName === undefined ? undefined : fieldsOf(value, columns);
    const together = {
      ...(fields && { fields }),
      ...(group !== undefined && { group }),
      ...(time !== undefined && { time }),
      ...(mails.length > 0 && { mails }),
    };
    this.examples.push({ ...body, id, source: { file, line }, ...together });
    return [];
  }

  /** Skips a bad row. */
  leaveOut(problems: readonly Problem[]): void {
    const { file } = this.#source;
    const [{ line = 0, field, message }] = problems;
    this.#options.notes.leaveOut({ file, line, reason: field === undefined ? message : `${field} ${message}` });
  }

  #group(value: Record<string, unknown>, reader: RowReader): string | undefined {
    const { groupBy, isDivided } = this.#options;
    if (groupBy === undefined) return undefined;
    this.#used.add(groupBy.split('.')[0]).add(groupBy);
    const group = valueAt(value, groupBy);
    if (['string', 'number', 'boolean'].includes(typeof group) && group !== '') return String(group);
    if (group === undefined || group === null || group === '') {
      return isDivided === true
        ? reader.problem(groupBy, 'is empty, but rows are grouped by it (group_by)')
        : undefined;
    }
    return reader.problem(groupBy, 'must be text or a number, because rows are grouped by it (group_by)');
  }

  #time(value: Record<string, unknown>, reader: RowReader): number | undefined {
    const { splitByTime: column, isDivided } = this.#options;
    if (column === undefined) return undefined;
    this.#used.add(column.split('.')[0]).add(column);
    const found = valueAt(value, column);
    const time = timeIn(found);
    if (time !== undefined || isDivided !== true) return time;
    return reader.problem(
      column,
      `is not a time (${describeValue(found)}), but rows are split by it (split_by_time)`,
      'write a number, or a date such as 2026-01-31T12:00:00Z',
    );
  }

  #note(row: Record<string, unknown>, reader: RowReader): void {
    for (const column of Object.keys(row)) this.#columns.add(column);
    for (const column of reader.used) this.#used.add(column);
    for (const key of reader.ignored) this.#ignored.add(key);
  }

  report(): FileReport {
    const { file, path, format: named, formatter } = this.#source;
    const { name: format = 'unknown', reason = 'no row could be read' } = this.#detection ?? {};
    const ignored = [...this.#columns].filter((column) => !this.#used.has(column));
    const container = containerName(path);
    const { notes } = this.#options;
    return {
      file,
      container,
      format,
      reason: formatter === undefined ? reason : `as ${named} returns it, ${reason}`,
      rows: this.examples.length,
      ignored: [...ignored, ...this.#ignored].sort(),
      ...((formatter !== undefined || notes.leftOut > 0) && {
        leftOut: { rows: notes.leftOut, first: notes.firstLeftOut },
      }),
      ...(notes.encoding !== undefined && { encoding: notes.encoding }),
      ...(notes.decimalCommas.length > 0 && { decimalCommas: [...notes.decimalCommas] }),
    };
  }
}
