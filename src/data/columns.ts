import { AttuneError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';

/** The format's name of a column → the user's, dotted where it lies deeper (`meta.question`). */
export type ColumnMapping = Readonly<Record<string, string>>;

/** A value at a dotted path; a column whose own name has the dots wins. */
export function valueAt(row: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The row with the mapped columns under the format's names; what they were taken from is no column of its own then. */
export function mapColumns(row: Record<string, unknown>, columns: ColumnMapping | undefined): Record<string, unknown> {
  if (columns === undefined) return row;
  const taken = new Set(Object.values(columns));
  const rest = Object.entries(row).filter(([column]) => !taken.has(column));
  const mapped = Object.entries(columns).map(([ours, theirs]) => [ours, valueAt(row, theirs)] as const);
  return Object.fromEntries([...rest, ...mapped]);
}

/** Refuses a mapping from columns that no row of the sample has. */
export function checkMapping(rows: readonly Row[], columns: ColumnMapping, file: string): void {
  const named = Object.entries(columns).map(([ours, theirs]) => [`columns.${ours}`, theirs] as const);
  requireColumns(rows, named, file);
}

/** Refuses a column of groups that no row of a file has. @throws AttuneError E_BAD_COLUMNS */
export function checkGroup(rows: readonly Row[], column: string, file: string): void {
  requireColumns(rows, [['group_by', column]], file);
}

type Row = Record<string, unknown>;

function requireColumns(rows: readonly Row[], named: readonly (readonly [string, string])[], file: string): void {
  const present = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const problems = named
    .filter(([, column]) => rows.every((row) => valueAt(row, column) === undefined))
    .map(([field, column]) => {
      const close = nearest(column, present);
      const fix = close === undefined ? undefined : `did you mean "${close}"?`;
      return { file, field, message: `there is no column "${column}"`, fix };
    });
  if (problems.length === 0 || rows.length === 0) return;
  const [what, fix] = [`Columns named in the recipe are not in ${file}`, 'name columns that the file has'];
  throw new AttuneError('E_BAD_COLUMNS', { what, expected: `some of ${present.join(', ')}`, problems, fix });
}
