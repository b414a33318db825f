import { dirname } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { isFolder } from '../files/find-files.ts';
import { sha256 } from '../files/hash.ts';
import { BadRows } from './bad-rows.ts';
import { checkGroup, checkMapping, mapColumns, valueAt } from './columns.ts';
import { containerName, containers, dataExtensions } from './containers/index.ts';
import type { Example } from './example.ts';
import type { ExampleBody } from './formats/format.ts';
import { detectFormat, type Detection, type DetectOptions } from './formats/detect.ts';
import { RowReader } from './formats/row-reader.ts';
import { FLAGS, mailsOf, PROVENANCE } from './provenance-column.ts';
import { formatRows, type FormattedRow, type LeftOutRow } from './row-formatter.ts';
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
    const leftOut = newLeftOut();
    const stream = await rowsOf(source, leftOut);
    const { head, good } = await takeHead(stream);
    const isEmpty = good.length === 0;
    if (!isEmpty && source.columns) checkMapping(good, source.columns, source.file);
    if (options.groupBy !== undefined && options.needsGroup === true)
      checkGroup(originalsOf(head), options.groupBy, source.file);
    const mapped = good.map((row) => mapColumns(row, source.columns));
    const detection =
      isEmpty && (source.format === undefined || source.formatter !== undefined)
        ? undefined
        : await detectFormat(mapped, detectionOf(source));
    const sink = new ExampleSink(source, detection, { ...options, leftOut });
    for (const raw of head) this.badRows.add(sink.take(raw));
    for await (const raw of stream) {
      this.badRows.add(sink.take(raw));
      if (++this.#rows % ROWS_BETWEEN_REPORTS === 0) options.onProgress?.(this.#rows);
      options.signal?.throwIfAborted();
    }
    return { examples: sink.examples, report: sink.report() };
  }
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
  const leftOut = newLeftOut();
  const stream = await rowsOf(source, leftOut);
  const { head, good } = await takeHead(stream);
  await stream.return();
  if (head.length === 0) throw new AttuneError('E_NO_ROWS', { what: `There are no rows in ${source.file}` });
  if (source.columns) checkMapping(good, source.columns, source.file);
  const mapped = good.map((row) => mapColumns(row, source.columns));
  const detection = good.length === 0 ? undefined : await detectFormat(mapped, detectionOf(source));
  const sink = new ExampleSink(source, detection, { leftOut });
  const problems = head.flatMap((raw) => sink.take(raw));
  const { container, format, reason } = sink.report();
  const columns = [...new Set(head.flatMap(({ value, original = value }) => Object.keys(original ?? {})))];
  return { file: source.file, container, format, reason, columns, examples: sink.examples, problems };
}

/** What makes a row what it is: its values, and of a file its bytes, not where it lies. */
function contentOf(body: ExampleBody): string {
  return JSON.stringify('media' in body && body.media !== undefined ? { ...body, media: body.media.hash } : body);
}

async function loadContainer(source: SourceFile): ReturnType<typeof containers.load> {
  const name = containerName(source.path);
  if (containers.has(name)) return containers.load(name);
  throw new AttuneError('E_UNKNOWN_CONTAINER', {
    what: `${source.file} is no kind of data file that can be read`,
    expected: `a name that ends in ${dataExtensions.join(', ')}`,
    fix: 'convert it; running text becomes one {"text": "…"} a line in a .jsonl file',
  });
}

const MAX_LISTED = 20;

function newLeftOut(): LeftOut {
  return { rows: 0, first: [] };
}

/** The rows of a file, in the words of its own formatter where it has one. */
async function rowsOf(source: SourceFile, leftOut: LeftOut): Promise<AsyncGenerator<FormattedRow, void, undefined>> {
  const rows = (await loadContainer(source)).read(source.path, source.file);
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
class ExampleSink {
  readonly examples: Example[] = [];
  readonly #columns = new Set<string>();
  readonly #used = new Set<string>([PROVENANCE, FLAGS]);
  readonly #ignored = new Set<string>();
  readonly #source: SourceFile;
  readonly #detection: Detection | undefined;
  readonly #options: SinkOptions;

  constructor(source: SourceFile, detection: Detection | undefined, options: SinkOptions) {
    this.#source = source;
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
    const body = this.#detection.format.read(reader);
    const group = this.#group(original ?? value, reader);
    this.#note(row, reader);
    if (body === undefined || reader.problems.length > 0) return reader.problems;
    const id = sha256(contentOf(body)).slice(0, 16);
    const mails = mailsOf((original ?? value)[PROVENANCE]);
    const together = { ...(group !== undefined && { group }), ...(mails.length > 0 && { mails }) };
    this.examples.push({ ...body, id, source: { file, line }, ...together });
    return [];
  }

  /** Where the paths in a row start. */
  get #folder(): string {
    const { path, mediaFolder } = this.#source;
    return mediaFolder ?? (isFolder(path) ? path : dirname(path));
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
