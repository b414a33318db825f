import type { RawRow } from '@attune/tables';
import { describeValue, isObject } from './formats/row-reader.ts';

/**
 * User-defined function that maps a row of a file to a row in a known format. Returning a text instead leaves the row
 * out with that reason; null leaves it out without one.
 */
export type RowFormatter = (
  row: Readonly<Record<string, unknown>>,
  place: { file: string; line: number },
) => Record<string, unknown> | string | null;

/** The user's formatter functions by their reference `./file.ts#name`. */
export type RowFormatters = ReadonlyMap<string, RowFormatter>;

/** A row left out by its formatter. */
export interface LeftOutRow {
  file: string;
  line: number;
  reason: string;
}

/** A row with the formatter's value; `original` is the file's. */
export interface FormattedRow extends RawRow {
  original?: Record<string, unknown>;
}

/** Applies a formatter to rows; those left out go to `onLeftOut`. */
export async function* formatRows(
  rows: AsyncGenerator<RawRow, void, undefined>,
  formatter: RowFormatter,
  { file, onLeftOut }: { file: string; onLeftOut(row: LeftOutRow): void },
): AsyncGenerator<FormattedRow, void, undefined> {
  for await (const raw of rows) {
    if (raw.value === undefined) {
      yield raw;
      continue;
    }
    const result = formatRow(raw.line, raw.value, { formatter, file });
    if (typeof result === 'string') onLeftOut({ file, line: raw.line, reason: result });
    else yield result;
  }
}

const FIX = 'correct the function in data.format, or let it skip the row by returning a reason as text';

function formatRow(
  line: number,
  original: Record<string, unknown>,
  { formatter, file }: { formatter: RowFormatter; file: string },
): FormattedRow | string {
  let value: unknown;
  try {
    value = formatter(structuredClone(original), { file, line });
  } catch (error) {
    const reason = `the formatter failed: ${error instanceof Error ? error.message : String(error)}`;
    return { line, defect: { reason, fix: FIX } };
  }
  if (value === null) return 'the formatter returned null';
  if (typeof value === 'string') return value === '' ? 'the formatter returned an empty text' : value;
  if (isObject(value) && !(value instanceof Promise)) return { line, value, original };
  const got = value instanceof Promise ? 'a promise' : describeValue(value);
  return { line, defect: { reason: `the formatter returned ${got}, not a row`, fix: FIX } };
}
