import { describeValue, type RowReader } from './row-reader.ts';

/** Columns of a text that is classified, possibly with a second one. */
export const textFields = ['text', 'text_pair'] as const;

/** The text and its optional pair; undefined after noting a problem. */
export function readTexts(row: RowReader): { text: string; textPair?: string } | undefined {
  const [text, textPair] = [row.text('text'), row.optionalText('text_pair')];
  if (text === undefined || textPair === undefined) return undefined;
  return { text, ...(textPair !== '' && { textPair }) };
}

/** A class given as text, number or Boolean. */
export function readLabel(row: RowReader): string | undefined {
  const value = row.value('label');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' || value === undefined) return row.text('label')?.trim();
  return row.problem('label', `must be one class, not ${describeValue(value)}`, 'give each row one label');
}

/** A finite number, possibly as text in a CSV cell. */
export function readNumber(row: RowReader, column: string): number | undefined {
  const value = row.value(column);
  if (value === undefined) return row.problem(column, 'is missing', `every row needs "${column}"`);
  return toNumber(value) ?? row.problem(column, `must be a number, not ${describeValue(value)}`);
}

export function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
