import { describeValue, type RowReader } from './row-reader.ts';

/** An item or a user as text: ids are often numbers. Undefined after noting what is wrong. */
export function itemText(row: RowReader, path: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return row.problem(path, 'is missing', 'give its id, or delete it');
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return row.problem(path, `must be a text or a number, not ${describeValue(value)}`);
  const text = row.checkText(path, value)?.trim();
  return text === '' ? row.problem(path, 'is empty', 'give its id, or delete it') : text;
}
