import type { Format } from '../formats/format.ts';
import { describeValue, type RowReader } from '../formats/row-reader.ts';
import { defineKind, type Provenance } from './kind.ts';

/** A text and a matching one, for retrieval; `negatives` do not match, though they may look as if they did. */
export interface PairExample extends Provenance {
  kind: 'pair';
  anchor: string;
  positive: string;
  negatives: readonly string[];
}

const ANCHORS = ['anchor', 'query'];
const POSITIVES = ['positive', 'document'];
const NEGATIVES = ['negatives', 'negative'];

/** `{ anchor, positive, negative? | negatives? }`: a text, a matching one, and others that do not match. */
const format: Format = {
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
    if (negatives.includes(positive)) return row.problem(positiveColumn, 'is also one of the negatives');
    return { kind: 'pair', anchor, positive, negatives };
  },
};

export const pair = defineKind<PairExample, 'pairs', 'retrieval'>({
  name: 'pair',
  formats: { pairs: format },
  text: (example) => `${example.anchor}\n${example.positive}`,
  question: (example) => example.anchor,
  row: (example) => ({ anchor: example.anchor, positive: example.positive, negatives: example.negatives }),
  cut: 'sides',
  prompt: (example) => example.anchor,
  answer: (example) => example.positive,
  forms: { retrieval: { metrics: ['ndcg', 'recall_at_1', 'recall_at_10', 'mrr'], inWords: 'texts to find' } },
  objective: { name: 'contrastive', remark: 'text vectors, close to what belongs together' },
  needs: () => ({ reads: 'text', tasks: ['embedding'] }),
  layout: 'texts',
});

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
