// F features
import { entryOf } from '../../base/table.ts';
import type { CellValue } from '../../data/cells.ts';
import type { Example } from '../../data/example.ts';

/** How a column of a table is read. */
export type TableColumn =
  | { kind: 'number'; column: string }
  | { kind: 'date'; column: string }
  /** Its common values; all others form one more level. */
  | { kind: 'category'; column: string; levels: readonly string[] }
  | { kind: 'text'; column: string };

type Fields = Readonly<Record<string, CellValue>>;

/** Minimum share of a column's values that must be of its kind. */
const MOST = 0.95;
const MOST_LEVELS = 50;
/** Minimum number of rows for a value to become a level. */
const LEVEL_ROWS = 3;
/** Maximum share of distinct values in a category; columns with more hold names or texts. */
const MOST_DISTINCT = 0.5;
const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2})?/;
const DAY = 86_400_000;

/** The columns that a row's text was joined from; empty if the text is a single column. */
export function fieldsOf(example: Example): Fields {
  return ('fields' in example ? example.fields : undefined) ?? {};
}

/** Determines how each column of these rows is read. */
export function tableColumns(train: readonly Example[]): TableColumn[] {
  const names = [...new Set(train.flatMap((example) => Object.keys(fieldsOf(example))))].toSorted();
  return names.map((column) =>
    columnOf(
      column,
      train.map((example) => entryOf(fieldsOf(example), column) ?? null),
    ),
  );
}

function columnOf(column: string, cells: readonly CellValue[]): TableColumn {
  const present = cells.filter((cell) => cell !== null);
  const share = (isOfKind: (cell: CellValue) => boolean) => present.filter(isOfKind).length >= MOST * present.length;
  if (present.length === 0) return { kind: 'text', column };
  if (share((cell) => typeof cell === 'number')) return { kind: 'number', column };
  if (share((cell) => dateOf(cell) !== undefined)) return { kind: 'date', column };
  const counts = new Map<string, number>();
  for (const cell of present) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  if (counts.size > MOST_DISTINCT * present.length && counts.size > 2) return { kind: 'text', column };
  const common = [...counts].filter(([, count]) => count >= LEVEL_ROWS);
  const levels = common
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([level]) => level);
  return levels.length === 0 ? { kind: 'text', column } : { kind: 'category', column, levels: levels.toSorted() };
}

function dateOf(cell: CellValue): number | undefined {
  if (typeof cell !== 'string' || !DATE.test(cell)) return undefined;
  const at = Date.parse(/[T ]/.test(cell) ? `${cell.replace(' ', 'T').slice(0, 16)}Z` : `${cell.slice(0, 10)}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** Reason why the rows are not tabular; undefined if they are. */
export function noTable(train: readonly Example[]): string | undefined {
  if (train.every((example) => Object.keys(fieldsOf(example)).length === 0)) return 'the rows have one column of text';
  if (tableColumns(train).some(({ kind }) => kind !== 'text')) return undefined;
  return 'the columns contain only text, neither numbers, dates nor categories';
}

/** Features of a row, NaN for missing values: numbers as they are, dates in parts, categories one-hot. [F] */
export function tableRow(columns: readonly TableColumn[], example: Example): Float64Array {
  const fields = fieldsOf(example);
  return Float64Array.from(columns.flatMap((column) => featuresOf(column, entryOf(fields, column.column) ?? null)));
}

function featuresOf(column: TableColumn, cell: CellValue): number[] {
  switch (column.kind) {
    case 'number':
      return [typeof cell === 'number' ? cell : Number.NaN];
    case 'date':
      return dateParts(dateOf(cell));
    case 'category':
      return column.levels.map((level) => (cell === null ? Number.NaN : level === String(cell) ? 1 : 0));
    case 'text':
      return [];
  }
}

/** Days since 1970, month, day of the week and hour, all in UTC. */
function dateParts(at: number | undefined): number[] {
  if (at === undefined) return [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const date = new Date(at);
  return [Math.floor(at / DAY), date.getUTCMonth(), date.getUTCDay(), date.getUTCHours()];
}

/** The text columns, joined. */
export function tableText(columns: readonly TableColumn[], example: Example): string {
  const fields = fieldsOf(example);
  const texts = columns.filter(({ kind }) => kind === 'text').map(({ column }) => entryOf(fields, column) ?? '');
  return texts.join('\n');
}
