import type { Format } from './format.ts';
import { describeValue, isObject, type RowReader } from './row-reader.ts';

const COLUMNS = ['spans', 'entities'];
const LABELS = ['label', 'type', 'tag', 'entity_group'];

/**
 * `{ text, spans: [{ start, end, label }] }`: text spans with a class, by code point offsets, end exclusive. The text
 * is split into words with B- and I- tags.
 */
export const spans: Format = {
  fields: ['text', ...COLUMNS],
  recognise(sample) {
    const column = COLUMNS.find((name) => sample.has('text', name));
    return column === undefined ? undefined : ['text', column];
  },
  read(row) {
    const column = COLUMNS.find((name) => row.has(name)) ?? COLUMNS[0];
    const [text, value] = [row.text('text'), row.json(column)];
    if (text === undefined) return undefined;
    if (!Array.isArray(value)) return row.problem(column, `must be a list of spans, not ${describeValue(value)}`);
    const characters = [...text];
    const found = value.map((span, i) => readSpan(row, `${column}[${i}]`, { span, length: characters.length }));
    if (found.includes(undefined)) return undefined;
    const sorted = (found as Span[]).toSorted((a, b) => a.start - b.start);
    const overlap = sorted.findIndex(({ start }, i) => i > 0 && start < sorted[i - 1].end);
    if (overlap >= 0)
      return row.problem(column, `has overlapping spans, at ${sorted[overlap].start}`, 'keep one of them');
    return { kind: 'tagged', ...tagWords(characters, sorted) };
  },
  readInput(row) {
    const text = row.text('text');
    return text === undefined ? undefined : { kind: 'tagged', ...tagWords([...text], []), text };
  },
};

interface Span {
  start: number;
  end: number;
  label: string;
}

function readSpan(row: RowReader, path: string, { span, length }: { span: unknown; length: number }): Span | undefined {
  if (!isObject(span)) return row.problem(path, `must be { start, end, label }, not ${describeValue(span)}`);
  const name = LABELS.find((one) => span[one] !== undefined) ?? LABELS[0];
  const { start, end } = span;
  const label = span[name];
  if (typeof label !== 'string' || label === '' || /\s/.test(label))
    return row.problem(`${path}.${name}`, `must be a name without spaces, not ${describeValue(label)}`);
  if (!Number.isInteger(start) || !Number.isInteger(end))
    return row.problem(`${path}.start`, 'and end must be whole numbers');
  const [from, to] = [start as number, end as number];
  if (from >= 0 && from < to && to <= length) return { start: from, end: to, label };
  return row.problem(`${path}.end`, `${from} to ${to} is out of range for a text of ${length} characters`);
}

/** Words and punctuation; a token in which a span starts or ends is divided there. */
function tagWords(characters: readonly string[], sorted: readonly Span[]): { words: string[]; tags: string[] } {
  const words: string[] = [];
  const tags: string[] = [];
  const borders = new Set(sorted.flatMap(({ start, end }) => [start, end]));
  let from = 0;
  const take = (to: number): void => {
    const word = characters.slice(from, to).join('');
    const span = sorted.find(({ start, end }) => from >= start && from < end);
    if (word.trim() !== '') {
      words.push(word);
      tags.push(span === undefined ? 'O' : `${from === span.start ? 'B' : 'I'}-${span.label}`);
    }
    from = to;
  };
  for (let at = 1; at <= characters.length; at++) {
    const isBorder =
      at === characters.length || borders.has(at) || kindOf(characters[at - 1]) !== kindOf(characters[at]);
    if (isBorder || kindOf(characters[at]) === 'mark') take(at);
  }
  return { words, tags };
}

function kindOf(character: string): 'word' | 'space' | 'mark' {
  if (/\s/u.test(character)) return 'space';
  return /[\p{L}\p{M}\p{N}_]/u.test(character) ? 'word' : 'mark';
}
