import { dirname } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { isFolder } from '../files/find-files.ts';
import { sha256 } from '../files/hash.ts';
import { BadRows } from './bad-rows.ts';
import { checkGroup, checkMapping, fieldsOf, mapColumns, valueAt } from './columns.ts';
import { containerName, containers, dataExtensions } from './containers/index.ts';
import type { Example, ExampleKind } from './example.ts';
import type { ExampleBody } from './formats/format.ts';
import { detectFormat, type Detection, type DetectOptions } from './formats/detect.ts';
import { describeValue, isObject, RowReader } from './formats/row-reader.ts';
import type { RawRow } from './containers/container.ts';
import type { Defect } from '../files/utf8.ts';
import { FLAGS, mailsOf, PROVENANCE } from './provenance-column.ts';
import { formatRows, type FormattedRow, type LeftOutRow } from './row-formatter.ts';
import { imagesIn } from '../text/message.ts';
import { withShape } from './row-shapes.ts';
import type { SourceFile } from './sources.ts';

/** Good rows that a file's format is judged by. */
const SAMPLE_ROWS = 100;
const ROWS_BETWEEN_REPORTS = 1000;

/** What was read from one file. */
export interface FileReport {
  file: string;
  container: string;
  format: string;
  /** Why this format: `because of columns instruction, output`. */
  reason: string;
  rows: number;
  /** Columns and nested keys that the format does not read. */
  ignored: string[];
  /** Rows that the file's own formatter left out, with its reasons: the first ones. */
  leftOut?: { rows: number; first: LeftOutRow[] };
}

type LeftOut = NonNullable<FileReport['leftOut']>;

export interface ReadOptions {
  /** Dotted path of the column whose value keeps rows together. */
  groupBy?: string;
  /** True where each row must have the group's column. */
  needsGroup?: boolean;
  onProgress?: (rows: number) => void;
  signal?: AbortSignal;
}

/** Reads files into examples; the defects of all of them end up in `badRows`. */
export class FileReader {
  readonly badRows = new BadRows();
  #rows = 0;

  async read(source: SourceFile, options: ReadOptions): Promise<{ examples: Example[]; report: FileReport }> {
    const { head, stream, sink } = await openFile(source, options);
    for (const raw of head) this.badRows.add(sink.take(raw));
    for await (const raw of stream) {
      this.badRows.add(sink.take(raw));
      if (++this.#rows % ROWS_BETWEEN_REPORTS === 0) options.onProgress?.(this.#rows);
      options.signal?.throwIfAborted();
    }
    return { examples: sink.examples, report: sink.report() };
  }
}

/** A file whose first rows have told what it is: those rows, the others, and what turns them into examples. */
export async function openFile(
  asked: SourceFile,
  options: ReadOptions,
): Promise<{ head: FormattedRow[]; stream: AsyncGenerator<FormattedRow, void, undefined>; sink: ExampleSink }> {
  const leftOut = newLeftOut();
  const stream = await rowsOf(asked, leftOut, options.signal);
  const { head, good } = await takeHead(stream);
  const source = await withShape(asked, good);
  const isEmpty = good.length === 0;
  // Of rows that are to be answered, the answers' columns may be missing.
  if (!isEmpty && source.columns && source.isInput !== true) checkMapping(good, source.columns, source.file);
  if (options.groupBy !== undefined && options.needsGroup === true)
    checkGroup(originalsOf(head), options.groupBy, source.file);
  const mapped = good.map((row) => mapColumns(row, source.columns));
  const detection =
    isEmpty && (source.format === undefined || source.formatter !== undefined)
      ? undefined
      : await detectFormat(mapped, detectionOf(source));
  return { head, stream, sink: new ExampleSink(source, detection, { ...options, leftOut }) };
}

/** What the first rows of a file say about it. */
export interface FileInspection {
  file: string;
  container: string;
  format: string;
  reason: string;
  columns: string[];
  /** The first rows as examples, at most 100. */
  examples: Example[];
  /** Defects among these rows. */
  problems: Problem[];
}

/** Looks at the first rows of a file only, so that its size is no matter. */
export async function inspectFile(source: SourceFile): Promise<FileInspection> {
  const { head, stream, sink } = await openFile(source, {});
  await stream.return();
  if (head.length === 0) throw new AttuneError('E_NO_ROWS', { what: `There are no rows in ${source.file}` });
  const problems = head.flatMap((raw) => sink.take(raw));
  const { container, format, reason } = sink.report();
  const columns = [...new Set(head.flatMap(({ value, original = value }) => Object.keys(original ?? {})))];
  return { file: source.file, container, format, reason, columns, examples: sink.examples, problems };
}

/** Examples that a tabular system can judge too: they keep the columns that their text was made of. */
const WITH_FIELDS: ReadonlySet<string> = new Set<ExampleKind>(['classification', 'multilabel', 'regression']);

/** What makes a row what it is: its values, and of a file its bytes, not where it lies. */
function contentOf(body: ExampleBody): string {
  const hasFiles = 'media' in body || (body.kind === 'chat' && imagesIn(body.messages).length > 0);
  if (!hasFiles) return JSON.stringify(body);
  return JSON.stringify(body, (key, value: unknown) => {
    const isFile = (key === 'media' || key === 'file') && isObject(value) && typeof value.hash === 'string';
    return isFile ? value.hash : value;
  });
}

/** @throws AttuneError E_UNKNOWN_CONTAINER */
export async function loadContainer(source: SourceFile): ReturnType<typeof containers.load> {
  const name = source.container ?? containerName(source.path);
  if (containers.has(name)) return containers.load(name);
  throw new AttuneError('E_UNKNOWN_CONTAINER', {
    what: `${source.file} is not a data file`,
    expected: `a name that ends in ${dataExtensions.join(', ')}`,
    fix: `rows are made of documents by: attune data prepare "${source.file}" --to rows.jsonl`,
  });
}

const MAX_LISTED = 20;

function newLeftOut(): LeftOut {
  return { rows: 0, first: [] };
}

/** The rows as they stand in the file, or in memory. */
async function rawRowsOf(source: SourceFile, signal?: AbortSignal): Promise<AsyncGenerator<RawRow, void, undefined>> {
  if (source.rows === undefined) return (await loadContainer(source)).read(source.path, source.file, { signal });
  return numbered(source.rows);
}

async function* numbered(rows: NonNullable<SourceFile['rows']>): AsyncGenerator<RawRow, void, undefined> {
  let line = 0;
  for await (const value of rows)
    yield isObject(value) ? { line: ++line, value } : { line: ++line, defect: noRow(value) };
}

function noRow(value: unknown): Defect {
  return { reason: `the row is ${describeValue(value)}, not an object`, fix: 'give each row as { column: value }' };
}

/** The rows of a file, in the words of its own formatter where it has one. */
async function rowsOf(
  source: SourceFile,
  leftOut: LeftOut,
  signal?: AbortSignal,
): Promise<AsyncGenerator<FormattedRow, void, undefined>> {
  const rows = await rawRowsOf(source, signal);
  if (source.formatter === undefined) return rows;
  const onLeftOut = (row: LeftOutRow): void => {
    leftOut.rows++;
    if (leftOut.first.length < MAX_LISTED) leftOut.first.push(row);
  };
  return formatRows(rows, source.formatter, { file: source.file, onLeftOut });
}

/** What a formatter gives is recognised by its columns, as a file's own rows are. */
function detectionOf({ file, format, columns, formatter }: SourceFile): DetectOptions {
  return formatter === undefined ? { file, format, columns } : { file: `${file}, as ${format} gives it,` };
}

async function takeHead(
  stream: AsyncGenerator<FormattedRow>,
): Promise<{ head: FormattedRow[]; good: Record<string, unknown>[] }> {
  const [head, good]: [FormattedRow[], Record<string, unknown>[]] = [[], []];
  while (good.length < SAMPLE_ROWS) {
    const { value, done } = await stream.next();
    if (done) break;
    // Defects without end (a binary file) must not be held either: past some, the sample is what it is.
    head.push(value as FormattedRow);
    if ((value as FormattedRow).value !== undefined) good.push((value as FormattedRow).value!);
    if (head.length >= 100 * SAMPLE_ROWS) break;
  }
  return { head, good };
}

/** Rows as they stand in the file: a formatter may leave out the column of their group. */
function originalsOf(head: readonly FormattedRow[]): Record<string, unknown>[] {
  return head.flatMap(({ value, original = value }) => (original === undefined ? [] : [original]));
}

interface SinkOptions extends ReadOptions {
  leftOut: LeftOut;
}

/** Turns the rows of one file into examples. */
export class ExampleSink {
  readonly examples: Example[] = [];
  readonly #columns = new Set<string>();
  readonly #used = new Set<string>([PROVENANCE, FLAGS]);
  readonly #ignored = new Set<string>();
  readonly #source: SourceFile;
  /** Where the paths in a row start. */
  readonly #folder: string;
  readonly #detection: Detection | undefined;
  readonly #options: SinkOptions;

  constructor(source: SourceFile, detection: Detection | undefined, options: SinkOptions) {
    this.#source = source;
    this.#folder = source.mediaFolder ?? (isFolder(source.path) ? source.path : dirname(source.path));
    this.#detection = detection;
    this.#options = options;
  }

  /** The row's defects; without any it has become an example. */
  take({ line, value, original = value, defect }: FormattedRow): RowReader['problems'] {
    const { file, columns } = this.#source;
    if (defect !== undefined) return [{ file, line, message: defect.reason, fix: defect.fix }];
    if (value === undefined || this.#detection === undefined) return [];
    const row = mapColumns(value, columns);
    const reader = new RowReader(row, { file, line, columns, folder: this.#folder });
    const { read, readInput = read } = this.#detection.format;
    const body = (this.#source.isInput === true ? readInput : read)(reader);
    const group = this.#group(original ?? value, reader);
    this.#note(row, reader);
    if (body === undefined || reader.problems.length > 0) return reader.problems;
    const id = sha256(contentOf(body)).slice(0, 16);
    const mails = mailsOf((original ?? value)[PROVENANCE]);
    const fields = WITH_FIELDS.has(body.kind) ? fieldsOf(value, columns) : undefined;
    const together = {
      ...(fields && { fields }),
      ...(group !== undefined && { group }),
      ...(mails.length > 0 && { mails }),
    };
    this.examples.push({ ...body, id, source: { file, line }, ...together });
    return [];
  }

  #group(value: Record<string, unknown>, reader: RowReader): string | undefined {
    const { groupBy, needsGroup } = this.#options;
    if (groupBy === undefined) return undefined;
    this.#used.add(groupBy.split('.')[0]).add(groupBy);
    const group = valueAt(value, groupBy);
    if (['string', 'number', 'boolean'].includes(typeof group) && group !== '') return String(group);
    if (group === undefined || group === null || group === '') {
      return needsGroup ? reader.problem(groupBy, 'has no value, and rows are grouped by it (group_by)') : undefined;
    }
    return reader.problem(groupBy, 'must be text or a number, since rows are grouped by it (group_by)');
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
    return {
      file,
      container,
      format,
      reason: formatter === undefined ? reason : `as ${named} gives it, ${reason}`,
      rows: this.examples.length,
      ignored: [...ignored, ...this.#ignored].sort(),
      ...(formatter !== undefined && { leftOut: this.#options.leftOut }),
    };
  }
}
