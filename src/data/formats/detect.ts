import { AttuneError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { type ColumnMapping, type ColumnSource, columnsOf, describeSource } from '../columns.ts';
import { guessColumns, profileRows } from '../guess/index.ts';
import type { ColumnSample, Format } from './format.ts';
import { formats } from './index.ts';

/** A file's format and why it was chosen. */
export interface Detection {
  name: string;
  format: Format;
  /** Explanation: `because of columns instruction, output`, or `as named`. */
  reason: string;
}

export interface DetectOptions {
  file: string;
  /** Format named by the user. */
  format?: string;
  /** Column names of the format → the user's. */
  columns?: ColumnMapping;
}

/** The format of a file from its first rows (columns already mapped), or the one that the user named. */
export async function detectFormat(
  rows: readonly Record<string, unknown>[],
  options: DetectOptions,
): Promise<Detection> {
  const { format: named, columns = {} } = options;
  if (named !== undefined)
    return checked({ name: named, format: await formats.load(named), reason: 'as requested' }, columns);
  const sample = sampleOf(rows);
  for (const name of formats.names) {
    const format = await formats.load(name);
    const found = format.recognise(sample);
    if (found === undefined) continue;
    const list = found.map((column) =>
      Object.hasOwn(columns, column) ? `${describeSource(columns[column])} (as ${column})` : column,
    );
    return checked(
      { name, format, reason: `because of ${list.length === 1 ? 'column' : 'columns'} ${list.join(', ')}` },
      columns,
    );
  }
  throw await unrecognised(rows, options);
}

function sampleOf(rows: readonly Record<string, unknown>[]): ColumnSample {
  const values = (column: string): unknown[] =>
    rows.flatMap((row) =>
      Object.hasOwn(row, column) && row[column] !== null && row[column] !== undefined ? [row[column]] : [],
    );
  return {
    values,
    has: (...columns) => columns.every((column) => values(column).length * 2 >= Math.max(1, rows.length)),
  };
}

/** A mapping may only name columns of the format: others would have no effect. */
function checked(detection: Detection, columns: ColumnMapping): Detection {
  const { fields } = detection.format;
  const unknown = Object.keys(columns).filter((column) => !fields.includes(column));
  if (unknown.length === 0) return detection;
  throw new AttuneError('E_BAD_COLUMNS', {
    what: `The row format ${detection.name} has no ${unknown.length === 1 ? 'column' : 'columns'} ${unknown.join(', ')}`,
    expected: `columns: { <one of ${fields.join(', ')}>: <your column> }`,
    problems: unknown.map((column) => {
      const close = nearest(column, fields);
      return { field: `columns.${column}`, message: close === undefined ? 'is unknown' : `did you mean "${close}"?` };
    }),
    fix: 'map names of the format to names of your columns',
  });
}

async function unrecognised(rows: readonly Record<string, unknown>[], { file }: DetectOptions): Promise<AttuneError> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const shown = columns.slice(0, 20).join(', ') + (columns.length > 20 ? ', …' : '');
  return new AttuneError('E_UNKNOWN_FORMAT', {
    what: `The row format of ${file} is not recognised`,
    got: columns.length === 0 ? 'rows without columns' : `columns ${shown}`,
    expected:
      'messages · conversations · instruction and output · prompt and completion · text · text and label · ' +
      'text and labels · source and target · user and item · items · question, context and answers · ' +
      'tokens and tags · text and spans · anchor and positive · sentence1, sentence2 and score · chosen ' +
      'and rejected · prompt, completion and label · prompt, completions and labels · state and questions · prompt',
    fix: suggestion(rows),
  });
}

function suggestion(rows: readonly Record<string, unknown>[]): string {
  const [likely] = guessColumns(profileRows(rows));
  if (likely !== undefined) return mapping(likely.columns);
  return (
    'rename the columns, or map them, for example --columns "{prompt: question, completion: reply}", ' +
    'or data.columns in a recipe'
  );
}

function mapping(columns: ColumnMapping): string {
  const entries = Object.entries(columns).map(([ours, source]) => `${ours}: ${shown(source)}`);
  const said = `{${entries.join(', ')}}`;
  return `map the columns: --columns "${said}", or data.columns: ${said} in a recipe (attune init FILE writes it)`;
}

/** In recipe notation. */
function shown(source: ColumnSource): string {
  if (typeof source === 'string') return source;
  const list = `[${columnsOf(source).join(', ')}]`;
  return 'names' in source ? `{ columns: ${list}, names: true }` : list;
}
