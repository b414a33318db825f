import type { ColumnSample, Format } from './format.ts';
import { readTexts, textFields } from './labelled-text.ts';
import { describeValue, type RowReader } from './row-reader.ts';

/** `{ text, text_pair?, label }` where labels are numbers with a fraction: a quantity, not a class. */
export const regression: Format = {
  fields: [...textFields, 'label'],
  recognise: (sample) => (sample.has('text', 'label') && holdsQuantities(sample) ? ['text', 'label'] : undefined),
  read(row) {
    const [texts, value] = [readTexts(row), readNumber(row, 'label')];
    if (texts === undefined || value === undefined) return undefined;
    return { kind: 'regression', ...texts, value };
  },
  readInput(row) {
    const texts = readTexts(row);
    return texts && { kind: 'regression', ...texts, value: Number.NaN };
  },
};

/** Whole numbers alone may as well be classes; to learn them as quantities, the format is named. */
function holdsQuantities(sample: ColumnSample): boolean {
  const numbers = sample.values('label').map(toNumber);
  return numbers.every((value) => value !== undefined) && numbers.some((value) => !Number.isInteger(value));
}

/** A finite number of a column, also where a CSV cell holds it as text. */
export function readNumber(row: RowReader, column: string): number | undefined {
  const value = row.value(column);
  if (value === undefined) return row.problem(column, 'is missing', `every row needs "${column}"`);
  return toNumber(value) ?? row.problem(column, `must be a number, not ${describeValue(value)}`);
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
