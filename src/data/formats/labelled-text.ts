import type { RowReader } from './row-reader.ts';

/** The columns of a text that is read whole, or of two. */
export const textFields = ['text', 'text_pair'] as const;

/** The text and, where there is one, its pair; undefined after noting a problem. */
export function readTexts(row: RowReader): { text: string; textPair?: string } | undefined {
  const [text, textPair] = [row.text('text'), row.optionalText('text_pair')];
  if (text === undefined || textPair === undefined) return undefined;
  return { text, ...(textPair !== '' && { textPair }) };
}
