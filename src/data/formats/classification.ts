import type { Format } from './format.ts';
import { describeValue, type RowReader } from './row-reader.ts';

/** `{ text, text_pair?, label }`: one class a row, named by text, a number or a truth value. */
export const classification: Format = {
  fields: ['text', 'text_pair', 'label'],
  recognise: (sample) => (sample.has('text', 'label') ? ['text', 'label'] : undefined),
  read(row) {
    const [text, textPair, label] = [row.text('text'), row.optionalText('text_pair'), readLabel(row)];
    if (text === undefined || textPair === undefined || label === undefined) return undefined;
    return { kind: 'classification', text, ...(textPair !== '' && { textPair }), label };
  },
};

export function readLabel(row: RowReader): string | undefined {
  const value = row.value('label');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' || value === undefined) return row.text('label')?.trim();
  return row.problem('label', `must be one class, not ${describeValue(value)}`, 'give each row one label');
}
