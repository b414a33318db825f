import type { Format } from './format.ts';
import { readTexts, textFields } from './labelled-text.ts';
import { describeValue, type RowReader } from './row-reader.ts';

/** `{ text, text_pair?, label }`: one class a row, named by text, a number or a truth value. */
export const classification: Format = {
  fields: [...textFields, 'label'],
  recognise: (sample) => (sample.has('text', 'label') ? ['text', 'label'] : undefined),
  read(row) {
    const [texts, label] = [readTexts(row), readLabel(row)];
    if (texts === undefined || label === undefined) return undefined;
    return { kind: 'classification', ...texts, label };
  },
  readInput(row) {
    const texts = readTexts(row);
    return texts && { kind: 'classification', ...texts, label: '' };
  },
};

export function readLabel(row: RowReader): string | undefined {
  const value = row.value('label');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' || value === undefined) return row.text('label')?.trim();
  return row.problem('label', `must be one class, not ${describeValue(value)}`, 'give each row one label');
}
