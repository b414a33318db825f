import { AttuneError, type Problem } from '../base/errors.ts';
import { BadRows } from './bad-rows.ts';
import { checkDividing, checkMapping, mapColumns } from './columns.ts';
import { containerName, containers, dataExtensions } from './containers/index.ts';
import type { RawRow } from '@attune/tables';
import { readDecimalCommas } from './decimal-commas.ts';
import type { Example } from './example.ts';
import { ExampleSink, FileNotes, type FileReport, type ReadOptions } from './example-sink.ts';
import { detectFormat, type DetectOptions } from './formats/detect.ts';
import { describeValue, isObject } from './formats/row-reader.ts';
import type { Defect } from '../files/utf8.ts';
import { formatRows, type FormattedRow } from './row-formatter.ts';
import { withShape } from './row-shapes.ts';
import type { SourceFile } from './sources.ts';

/** Number of good rows used to detect a file's format. */
const SAMPLE_ROWS = 100;
const ROWS_BETWEEN_REPORTS = 1000;

/** Reads files into examples, collecting defects in `badRows`. */
export class FileReader {
  readonly badRows = new BadRows();
  readonly #strict: boolean;
  #rows = 0;

  /** @param strict bad rows are an error; otherwise they are left out and counted in the file's report */
  constructor(strict = true) {
    this.#strict = strict;
  }

  async read(source: SourceFile, options: ReadOptions): Promise<{ examples: Example[]; report: FileReport }> {
    const { head, stream, sink } = await openFile(source, options);
    for (const raw of head) this.#take(sink, raw);
    for await (const raw of stream) {
      this.#take(sink, raw);
      if (++this.#rows % ROWS_BETWEEN_REPORTS === 0) options.onProgress?.(this.#rows);
      options.signal?.throwIfAborted();
    }
    return { examples: sink.examples, report: sink.report() };
  }

  #take(sink: ExampleSink, raw: FormattedRow): void {
    const problems = sink.take(raw);
    if (this.#strict || problems.length === 0) this.badRows.add(problems);
    else sink.leaveOut(problems);
  }
}

/** A file with its detected format: its sample rows, the remaining rows, and the converter. */
export async function openFile(
  asked: SourceFile,
  options: ReadOptions,
): Promise<{ head: FormattedRow[]; stream: AsyncGenerator<FormattedRow, void, undefined>; sink: ExampleSink }> {
  const notes = new FileNotes();
  const stream = await rowsOf(asked, notes, options.signal);
  const { head, good } = await takeHead(stream);
  const source = await withShape(asked, good);
  const isEmpty = good.length === 0;
  // Rows to be answered may lack answer columns.
  if (!isEmpty && source.columns && source.isInput !== true) checkMapping(good, source.columns, source.file);
  const { groupBy: group_by, splitByTime: split_by_time } = options;
  if (options.isDivided === true) checkDividing(originalsOf(head), { group_by, split_by_time }, source.file);
  const mapped = good.map((row) => mapColumns(row, source.columns));
  const detection =
    isEmpty && (source.format === undefined || source.formatter !== undefined)
      ? undefined
      : await detectFormat(mapped, detectionOf(source));
  return { head, stream, sink: new ExampleSink(source, detection, { ...options, notes }) };
}

/** Facts from a file's first rows. */
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
  encoding?: string;
  decimalCommas?: string[];
}

/** Reads only the first rows, whatever the file's size. */
export async function inspectFile(source: SourceFile): Promise<FileInspection> {
  const { head, stream, sink } = await openFile(source, {});
  await stream.return();
  if (head.length === 0)
    throw new AttuneError('E_NO_ROWS', {
      what: `No rows in ${source.file}`,
      got: 'the file is empty, or has only a header line',
      expected: 'at least one row',
      fix: 'check that it is the right file, and that it is complete',
    });
  const problems = head.flatMap((raw) => sink.take(raw));
  const { container, format, reason, encoding, decimalCommas } = sink.report();
  const columns = [...new Set(head.flatMap(({ value, original = value }) => Object.keys(original ?? {})))];
  const { file } = source;
  return { file, container, format, reason, columns, examples: sink.examples, problems, encoding, decimalCommas };
}

/** @throws AttuneError E_UNKNOWN_CONTAINER */
export async function loadContainer(source: SourceFile): ReturnType<typeof containers.load> {
  const name = source.container ?? containerName(source.path);
  if (containers.has(name)) return containers.load(name);
  throw new AttuneError('E_UNKNOWN_CONTAINER', {
    what: `${source.file} is not a data file`,
    expected: `a name that ends in ${dataExtensions.join(', ')}`,
    fix: `to make rows from documents: attune data prepare "${source.file}" --output rows.jsonl`,
  });
}

/** Uninterpreted rows of a file, or in memory. */
async function rawRowsOf(
  source: SourceFile,
  notes: FileNotes,
  signal?: AbortSignal,
): Promise<AsyncGenerator<RawRow, void, undefined>> {
  if (source.rows !== undefined) return numbered(source.rows);
  const onEncoding = (encoding: string): void => void (notes.encoding = encoding);
  return (await loadContainer(source)).read(source.path, source.file, { signal, onEncoding });
}

async function* numbered(rows: NonNullable<SourceFile['rows']>): AsyncGenerator<RawRow, void, undefined> {
  let line = 0;
  for await (const value of rows)
    yield isObject(value) ? { line: ++line, value } : { line: ++line, defect: noRow(value) };
}

function noRow(value: unknown): Defect {
  return { reason: `the row is ${describeValue(value)}, not an object`, fix: 'write each row as { column: value }' };
}

/** The rows of a file, passed through its formatter if it has one. */
async function rowsOf(
  source: SourceFile,
  notes: FileNotes,
  signal?: AbortSignal,
): Promise<AsyncGenerator<FormattedRow, void, undefined>> {
  const rows = await rawRowsOf(source, notes, signal);
  if (source.formatter === undefined) {
    return source.rows !== undefined
      ? rows
      : readDecimalCommas(rows, (columns) => void (notes.decimalCommas = columns));
  }
  return formatRows(rows, source.formatter, { file: source.file, onLeftOut: (row) => notes.leaveOut(row) });
}

/** A formatter's output is recognised by its columns, like a file's own rows. */
function detectionOf({ file, format, columns, formatter }: SourceFile): DetectOptions {
  return formatter === undefined ? { file, format, columns } : { file: `${file}, as ${format} returns it,` };
}

async function takeHead(
  stream: AsyncGenerator<FormattedRow>,
): Promise<{ head: FormattedRow[]; good: Record<string, unknown>[] }> {
  const [head, good]: [FormattedRow[], Record<string, unknown>[]] = [[], []];
  while (good.length < SAMPLE_ROWS) {
    const { value, done } = await stream.next();
    if (done) break;
    // The sample is limited even if every row is defective (a binary file).
    head.push(value as FormattedRow);
    if ((value as FormattedRow).value !== undefined) good.push((value as FormattedRow).value!);
    if (head.length >= 100 * SAMPLE_ROWS) break;
  }
  return { head, good };
}

/** Original rows, since a formatter may drop the columns that rows are divided by. */
function originalsOf(head: readonly FormattedRow[]): Record<string, unknown>[] {
  return head.flatMap(({ value, original = value }) => (original === undefined ? [] : [original]));
}
