import type { Format } from './format.ts';
import { describeValue, type RowReader } from './row-reader.ts';

const ANCHORS = ['anchor', 'query'];
const POSITIVES = ['positive', 'document'];
const NEGATIVES = ['negatives', 'negative'];

/** `{ anchor, positive, negative? | negatives? }`: a text, one that belongs to it, and ones that do not. */
export const pairs: Format = {
  fields: [...ANCHORS, ...POSITIVES, ...NEGATIVES],
  recognise(sample) {
    const [anchor, positive] = [ANCHORS, POSITIVES].map((names) => names.find((name) => sample.has(name)));
    return anchor === undefined || positive === undefined ? undefined : [anchor, positive];
  },
  read(row) {
    const [anchorColumn, positiveColumn] = [ANCHORS, POSITIVES].map(
      (names) => names.find((name) => row.has(name)) ?? names[0],
    );
    const [anchor, positive] = [row.text(anchorColumn), row.text(positiveColumn)];
    const negatives = readNegatives(row);
    if (anchor === undefined || positive === undefined || negatives === undefined) return undefined;
    if (negatives.includes(positive)) return row.problem(positiveColumn, 'is also among the negatives');
    return { kind: 'pair', anchor, positive, negatives };
  },
};

function readNegatives(row: RowReader): string[] | undefined {
  const column = NEGATIVES.find((name) => row.has(name));
  if (column === undefined) return [];
  const value = row.json(column);
  if (typeof value === 'string') return value.trim() === '' ? [] : textsOf(row, column, [value]);
  if (!Array.isArray(value)) return row.problem(column, `must be a text or a list, not ${describeValue(value)}`);
  return textsOf(row, column, value);
}

function textsOf(row: RowReader, column: string, values: readonly unknown[]): string[] | undefined {
  const texts = values.map((value, i) => row.checkText(values.length === 1 ? column : `${column}[${i}]`, value));
  const empty = texts.findIndex((text) => text?.trim() === '');
  if (empty >= 0) return row.problem(`${column}[${empty}]`, 'is empty', 'remove it from the list');
  return texts.includes(undefined) ? undefined : (texts as string[]);
}
