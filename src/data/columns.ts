import { AttuneError, type Problem } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { cellText, type CellValue, cellValue } from './cells.ts';

/**
 * Source of a field: one column; several, joined by a line break or another separator, with their names if `names` is
 * true; or a template, `{subject}: {body}`. Columns may be dotted (`meta.question`).
 */
export type ColumnSource =
  | string
  | readonly string[]
  | { readonly columns: readonly string[]; readonly separator?: string; readonly names?: boolean }
  | { readonly template: string };

/** Column names of the format → sources in the user's rows. */
export type ColumnMapping = Readonly<Record<string, ColumnSource>>;

type Row = Record<string, unknown>;

/** The columns of a source, without repeats. */
export function columnsOf(source: ColumnSource): readonly string[] {
  if (typeof source === 'string') return [source];
  if (isList(source)) return source;
  if ('columns' in source) return source.columns;
  return [...new Set(templateParts(source.template).flatMap(({ column }) => column ?? []))];
}

/** For people: `subject + body`. */
export function describeSource(source: ColumnSource): string {
  return columnsOf(source).join(' + ');
}

/** The value at a dotted path; a column with the dotted name itself takes precedence. */
export function valueAt(row: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The row with mapped columns renamed to the format's names; the originals are removed. */
export function mapColumns(row: Row, columns: ColumnMapping | undefined): Row {
  if (columns === undefined) return row;
  const taken = new Set(Object.values(columns).flatMap(columnsOf));
  const rest = Object.entries(row).filter(([column]) => !taken.has(column));
  const mapped = Object.entries(columns).map(([ours, source]) => [ours, readSource(row, source)] as const);
  return Object.fromEntries([...rest, ...mapped]);
}

/** A single column's value unchanged; several columns as a text without the missing ones, or undefined if all are missing. */
export function readSource(row: Readonly<Row>, source: ColumnSource): unknown {
  if (typeof source === 'string') return valueAt(row, source);
  if (!isList(source) && 'template' in source) return fillTemplate(row, source.template);
  const { columns, separator = '\n', names = false } = isList(source) ? { columns: source } : source;
  const texts = columns.flatMap((column) => {
    const text = cellText(valueAt(row, column));
    return text === undefined ? [] : [names ? `${column}: ${text}` : text];
  });
  return texts.length === 0 ? undefined : texts.join(separator);
}

/** Lines of the template without any value are left out. */
function fillTemplate(row: Readonly<Row>, template: string): string | undefined {
  let isFilled = false;
  const lines = template.split('\n').flatMap((line) => {
    const parts = templateParts(line);
    const texts = parts.map(({ text, column }) => text ?? cellText(valueAt(row, column)));
    const values = texts.filter((_, i) => parts[i].column !== undefined);
    const hasValue = values.some((value) => value !== undefined);
    isFilled ||= hasValue;
    return hasValue || values.length === 0 ? [texts.map((text) => text ?? '').join('')] : [];
  });
  return isFilled ? lines.join('\n') : undefined;
}

type TemplatePart = { text: string; column?: undefined } | { text?: undefined; column: string };

/** `{column}` is a column's value; `{{` and `}}` are literal braces. */
function templateParts(template: string): TemplatePart[] {
  const parts = template.match(/\{\{|\}\}|\{[^{}]+\}|[^{}]+|[{}]/g) ?? [];
  return parts.map((part) => {
    if (part === '{{' || part === '}}') return { text: part[0] };
    return /^\{.+\}$/s.test(part) ? { column: part.slice(1, -1).trim() } : { text: part };
  });
}

/** Values by column for texts combined from several columns; undefined if there are none. */
export function fieldsOf(row: Row, columns: ColumnMapping | undefined): Record<string, CellValue> | undefined {
  const sources = [columns?.text, columns?.text_pair].filter((one) => one !== undefined && typeof one !== 'string');
  if (sources.length === 0) return undefined;
  const names = [...new Set(sources.flatMap(columnsOf))];
  return Object.fromEntries(names.map((column) => [column, cellValue(valueAt(row, column))]));
}

/** @throws AttuneError if the mapping names a column that no sample row has */
export function checkMapping(rows: readonly Row[], columns: ColumnMapping, file: string): void {
  const named = Object.entries(columns).flatMap(([ours, source]) =>
    columnsOf(source).map((column) => [`columns.${ours}`, column] as const),
  );
  requireColumns(rows, named, file);
}

function isList(source: Exclude<ColumnSource, string>): source is readonly string[] {
  return Array.isArray(source);
}

/** @throws AttuneError E_BAD_COLUMNS if no row of a file has a column that rows are divided by; by the recipe's key */
export function checkDividing(
  rows: readonly Row[],
  columns: Readonly<Record<string, string | undefined>>,
  file: string,
): void {
  const named = Object.entries(columns).flatMap(([key, column]) =>
    column === undefined ? [] : [[key, column] as const],
  );
  requireColumns(rows, named, file);
}

function requireColumns(rows: readonly Row[], named: readonly (readonly [string, string])[], file: string): void {
  const present = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const problems = named
    .filter(([, column]) => rows.every((row) => valueAt(row, column) === undefined))
    .map(([field, column]) => missingColumn(column, present, { file, field }));
  if (problems.length === 0 || rows.length === 0) return;
  const [what, fix] = [`Columns named in the recipe are not in ${file}`, 'name columns that the file has'];
  throw new AttuneError('E_BAD_COLUMNS', { what, expected: `some of ${present.join(', ')}`, problems, fix });
}

/** Problem report for a missing column. */
export function missingColumn(
  column: string,
  present: readonly string[],
  place: Pick<Problem, 'file' | 'field'>,
): Problem {
  const close = nearest(column, present);
  const fix = close === undefined ? undefined : `did you mean "${close}"?`;
  return { ...place, message: `no column "${column}"`, fix };
}
