/** Numbers in European notation: 12,50 and 1.234,50. */
import type { RawRow } from '@attune/tables';

const SAMPLE_ROWS = 100;
const COMMA_NUMBER = /^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$/;
/** "1,234" may also be a thousand, so it decides nothing. */
const CERTAIN = /,(\d{1,2}|\d{4,})$/;

/**
 * Replaces decimal commas by points in columns whose first values all have one; `original` keeps the file's values.
 * Only text cells are considered, as in tables.
 */
export async function* readDecimalCommas(
  rows: AsyncGenerator<RawRow, void, undefined>,
  onColumns: (columns: readonly string[]) => void = () => undefined,
): AsyncGenerator<RawRow & { original?: Record<string, unknown> }, void, undefined> {
  try {
    const head = await firstRows(rows);
    const columns = commaColumns(head.map(({ value }) => value).filter((value) => value !== undefined));
    if (columns.length > 0) onColumns(columns);
    const change = (row: RawRow) => (columns.length === 0 ? row : withPoints(row, columns));
    for (const row of head) yield change(row);
    for await (const row of rows) yield change(row);
  } finally {
    await rows.return();
  }
}

async function firstRows(rows: AsyncGenerator<RawRow, void, undefined>): Promise<RawRow[]> {
  const head: RawRow[] = [];
  let good = 0;
  while (good < SAMPLE_ROWS && head.length < 100 * SAMPLE_ROWS) {
    const { value: row, done } = await rows.next();
    if (done === true) break;
    head.push(row);
    if (row.value !== undefined) good++;
  }
  return head;
}

function commaColumns(rows: readonly Record<string, unknown>[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  return names.filter((name) => {
    const cells = rows.map((row) => row[name]).filter((cell) => cell !== null && cell !== undefined && cell !== '');
    const texts = cells.filter((cell) => typeof cell === 'string').map((cell) => cell.trim());
    const isOfNumbers = texts.length === cells.length && texts.every((text) => COMMA_NUMBER.test(text));
    return isOfNumbers && texts.some((text) => CERTAIN.test(text));
  });
}

function withPoints(row: RawRow, columns: readonly string[]): RawRow & { original?: Record<string, unknown> } {
  const { value } = row;
  if (value === undefined) return row;
  const changed = columns.flatMap((name) => {
    const cell = value[name];
    const text = typeof cell === 'string' ? cell.trim() : '';
    return COMMA_NUMBER.test(text) ? [[name, text.replaceAll('.', '').replace(',', '.')] as const] : [];
  });
  return changed.length === 0 ? row : { ...row, value: { ...value, ...Object.fromEntries(changed) }, original: value };
}
