import { describeValue, type RowReader } from './row-reader.ts';

/** The columns of a text that is read whole, or of two. */
export const textFields = ['text', 'text_pair'] as const;

/** The text and, where there is one, its pair; undefined after noting a problem. */
export function readTexts(row: RowReader): { text: string; textPair?: string } | undefined {
  const [text, textPair] = [row.text('text'), row.optionalText('text_pair')];
  if (text === undefined || textPair === undefined) return undefined;
  return { text, ...(textPair !== '' && { textPair }) };
}

/** One class, named by text, a number or a truth value. */
export function readLabel(row: RowReader): string | undefined {
  const value = row.value('label');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' || value === undefined) return row.text('label')?.trim();
  return row.problem('label', `must be one class, not ${describeValue(value)}`, 'give each row one label');
}

/** A finite number of a column, also where a CSV cell holds it as text. */
export function readNumber(row: RowReader, column: string): number | undefined {
  const value = row.value(column);
  if (value === undefined) return row.problem(column, 'is missing', `every row needs "${column}"`);
  return toNumber(value) ?? row.problem(column, `must be a number, not ${describeValue(value)}`);
}

export function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
