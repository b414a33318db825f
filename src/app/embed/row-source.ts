import { readdirSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { BadRows } from '../../data/bad-rows.ts';
import { cellText } from '../../data/cells.ts';
import { columnsOf, readSource, valueAt, type ColumnSource } from '../../data/columns.ts';
import { describeValue } from '../../data/formats/row-reader.ts';
import { mediaExtensions, mediaOf } from '../../data/media.ts';
import { rawRows } from '../../data/raw-rows.ts';
import { isFolder } from '../../files/find-files.ts';
import type { PlacedImage } from '../../answering/tasks/answers/pair-vectors.ts';
import { chooseColumns, type RowColumns, type RowPurpose } from './row-columns.ts';

/** A row passed by a program: its text, or its columns. */
export type EmbedRow = string | Readonly<Record<string, unknown>>;

/** A row ready to be embedded. */
export type ReadyRow = { values: Record<string, unknown> } & ({ text: string } | { image: PlacedImage });

export interface RowSourceOptions extends RowColumns {
  /** A file of rows, or a folder of images; absent for rows in memory. */
  input?: string;
  rows?: readonly EmbedRow[];
  purpose: RowPurpose;
  /** Columns of the model's training rows. */
  remembered?: ColumnSource;
  signal?: AbortSignal;
}

/** Rows that were all checked once. They can be read any number of times and are never all in memory. */
export interface RowSource {
  readonly count: number;
  readonly columns: RowColumns;
  /** Names of all columns, in order of first occurrence. */
  readonly names: readonly string[];
  rows(): AsyncGenerator<ReadyRow, void, undefined>;
}

const SAMPLE = 100;

/** Opens rows and checks every one. @throws AttuneError E_BAD_ROWS with all defects, E_NO_ROWS, E_BAD_COLUMNS, E_FILE_MISSING */
export async function openRows(options: RowSourceOptions): Promise<RowSource> {
  const { input, rows = [], signal } = options;
  const file = input ?? 'rows';
  const folder = input === undefined ? process.cwd() : isFolder(input) ? resolve(input) : dirname(resolve(input));
  const stream = () => (input === undefined ? ownRows(rows) : placedRows(input));
  const sample: Record<string, unknown>[] = [];
  for await (const { value } of stream()) if (value !== undefined && sample.push(value) >= SAMPLE) break;
  if (sample.length === 0) await refuseEmpty(stream(), file);
  const columns = chooseColumns(sample, options, { file, ...options });
  const bad = new BadRows();
  const names = new Set<string>();
  let count = 0;
  for await (const row of stream()) {
    signal?.throwIfAborted();
    for (const name of Object.keys(row.value ?? {})) names.add(name);
    const found = row.value === undefined ? row.problems : readyRow(row, columns, { file, folder });
    bad.add(Array.isArray(found) ? found : []);
    count++;
  }
  const error = bad.error();
  if (error !== undefined) throw error;
  return {
    count,
    columns,
    names: [...names],
    async *rows() {
      for await (const row of stream()) {
        const ready = row.value === undefined ? [] : readyRow(row, columns, { file, folder });
        if (Array.isArray(ready)) throw changed(file);
        yield ready;
      }
    },
  };
}

interface PlacedRow {
  line: number;
  value?: Record<string, unknown>;
  problems: Problem[];
}

// oxlint-disable-next-line typescript/require-await -- one type for rows of files and of memory
async function* ownRows(rows: readonly EmbedRow[]): AsyncGenerator<PlacedRow> {
  for (const [i, row] of rows.entries())
    yield { line: i + 1, value: typeof row === 'string' ? { text: row } : { ...row }, problems: [] };
}

async function* placedRows(input: string): AsyncGenerator<PlacedRow> {
  const images = isFolder(input) ? imagesIn(input) : [];
  for (const [i, image] of images.entries()) yield { line: i + 1, value: { image }, problems: [] };
  if (images.length > 0) return;
  const problems: Problem[] = [];
  for await (const { line, value } of rawRows(input, (problem) => problems.push(problem)))
    yield { line, value, problems: [] };
  for (const problem of problems) yield { line: problem.line ?? 0, problems: [problem] };
}

/** Names of the images directly in a folder. */
function imagesIn(folder: string): string[] {
  const names = readdirSync(folder).sort();
  const endings: readonly string[] = mediaExtensions.image;
  return names.filter((name) => !name.startsWith('.') && endings.includes(extname(name).toLowerCase()));
}

async function refuseEmpty(stream: AsyncGenerator<PlacedRow>, file: string): Promise<never> {
  const bad = new BadRows();
  for await (const { problems } of stream) bad.add(problems);
  throw (
    bad.error() ??
    new AttuneError('E_NO_ROWS', {
      what: `No rows in ${file}`,
      fix: 'add rows to it, or name another file',
    })
  );
}

function readyRow(
  { line, value = {} }: PlacedRow,
  { text, image }: RowColumns,
  { file, folder }: { file: string; folder: string },
): ReadyRow | Problem[] {
  const source = { file, line };
  if (image !== undefined) {
    const media = mediaOf(valueAt(value, image), 'image', folder);
    return 'message' in media ? [{ ...source, field: image, ...media }] : { values: value, image: { media, source } };
  }
  const columns = columnsOf(text!);
  const problems = columns.flatMap((field) => problemOf(valueAt(value, field), { ...source, field }));
  if (problems.length > 0) return problems;
  const read = cellText(readSource(value, text!));
  if (read !== undefined) return { values: value, text: read };
  return [{ ...source, field: columns.join(', '), message: 'is empty', fix: 'fill it or delete the row' }];
}

function problemOf(value: unknown, place: { file: string; line: number; field: string }): Problem[] {
  if (value === undefined || value === null || typeof value === 'number') return [];
  if (typeof value !== 'string') return [{ ...place, message: `must be text, not ${describeValue(value)}` }];
  return value.isWellFormed()
    ? []
    : [
        {
          ...place,
          message: 'contains half of a surrogate pair (a broken emoji, for example)',
          fix: 'save it as UTF-8',
        },
      ];
}

function changed(file: string): AttuneError {
  return new AttuneError('E_BAD_ROWS', {
    what: `${basename(file)} was changed while it was being read`,
    fix: 'repeat the command when nothing writes to it',
  });
}
