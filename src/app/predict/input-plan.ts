import { AttuneError, type Problem } from '../../base/errors.ts';
import { inChunks } from '../../base/chunks.ts';
import type { EventSink } from '../../base/events.ts';
import type { Refusal } from '../../data/bad-rows.ts';
import { inputFiles, readInputs, scanColumns, type InputRow } from '../../data/index.ts';
import type { FileReport } from '../../data/example-sink.ts';
import type { SourceFile } from '../../data/sources.ts';
import { reportReading } from '../../jobs/rows/row-formatters.ts';
import type { LayoutOptions, Row, RowAnswerer } from './row-answerer.ts';

export interface InputOptions extends LayoutOptions {
  /** Files, folders or globs of rows, images or recordings; or rows in memory. */
  input?: string | Iterable<unknown> | AsyncIterable<unknown>;
  /** Texts to answer instead of `input`. */
  text?: readonly string[];
  /** Receives warnings about files, such as an encoding other than UTF-8. */
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** Rows to answer. */
export interface InputPlan {
  sources: readonly SourceFile[];
  rows?: Iterable<Row> | AsyncIterable<Row>;
  /** Columns of all files, in order of first appearance. */
  columns: ReadonlySet<string>;
  /** Number of rows, if known. */
  total?: number;
}

/** Reads files once for their columns, and so that invalid files are found before a model is loaded. */
export async function planInput({ input, text, format, columns, signal }: InputOptions): Promise<InputPlan> {
  if ((input === undefined) === (text === undefined)) throw oneOf(input !== undefined);
  const found = new Set<string>();
  const files = filesOf(input);
  if (files.length === 0) {
    const rows = (text ?? input) as Iterable<Row> | AsyncIterable<Row>;
    return { sources: [], rows, columns: found, total: Array.isArray(rows) ? rows.length : undefined };
  }
  const sources = files.flatMap((one) => inputFiles(one, { format, columns }));
  let total = 0;
  for (const source of sources) total += await scanColumns(source, found, signal);
  if (total === 0) throw noRows(sources.map(({ file }) => file).join(', '));
  return { sources, columns: found, total };
}

/** Paths in the input, none for rows in memory. A list of strings is a list of paths. */
export function filesOf(input: InputOptions['input']): readonly string[] {
  if (typeof input === 'string') return [input];
  return Array.isArray(input) && input.every((one) => typeof one === 'string') ? input : [];
}

function oneOf(hasBoth: boolean): AttuneError {
  return new AttuneError('E_USAGE', {
    what: hasBoth ? 'Texts and files cannot be combined' : 'There is nothing to predict',
    fix: hasBoth ? 'give --text or --input' : 'give a file, --input new.csv, or a text, --text "…"',
  });
}

export function noRows(got?: string): AttuneError {
  return new AttuneError('E_NO_ROWS', { what: 'There are no rows to answer', got, expected: 'at least one row' });
}

/** Yields rows in the input's order, `size` at a time. */
export async function* readPlanned(
  { sources, rows }: InputPlan,
  answerer: RowAnswerer,
  options: InputOptions & { size: number; limit?: number },
): AsyncGenerator<InputRow[], void, undefined> {
  const { size, limit = Infinity } = options;
  let left = limit;
  if (rows !== undefined) {
    let line = 1;
    for await (const some of inChunks(rows, size)) {
      const wanted = some.slice(0, left);
      yield await answerer.read(wanted, options, line);
      line += wanted.length;
      left -= wanted.length;
      if (left <= 0) return;
    }
    return;
  }
  for await (const some of inChunks(readFiles(sources, answerer, options), size)) {
    yield some.slice(0, left);
    left -= some.length;
    if (left <= 0) return;
  }
}

async function* readFiles(
  sources: readonly SourceFile[],
  { known }: RowAnswerer,
  { signal, onEvent = () => undefined }: InputOptions,
): AsyncGenerator<InputRow, void, undefined> {
  const onRead = (report: FileReport): void => reportReading({ files: [report] }, onEvent);
  for (const source of sources) yield* readInputs({ ...source, known }, { signal, onRead });
}

/** Error texts for rows that cannot be used. */
export const UNANSWERED: Refusal = { what: 'cannot be answered', fix: 'correct these rows, or delete them' };

/** Problems of a row that has an error instead of an answer. */
export function defectsOf({ file, line, problems }: InputRow, error: string | undefined): readonly Problem[] {
  if (error === undefined) return [];
  return problems.length > 0 ? problems : [{ file, line, message: error }];
}
