import type { Format } from './format.ts';
import { describeValue, type RowReader } from './row-reader.ts';

const WORDS = ['tokens', 'words'];
const TAGS = ['tags', 'ner_tags', 'pos_tags', 'labels'];
/** Tag of words outside of all spans. */
const OUTSIDE = 'O';

/** `{ tokens, tags }`: the words of a text, with a tag each. */
export const tagged: Format = {
  fields: [...WORDS, ...TAGS],
  recognise(sample) {
    const [words, tags] = [WORDS, TAGS].map((names) => names.find((name) => sample.has(name)));
    return words === undefined || tags === undefined ? undefined : [words, tags];
  },
  read(row) {
    const [wordColumn, tagColumn] = [WORDS, TAGS].map((names) => names.find((name) => row.has(name)) ?? names[0]);
    const [words, tags] = [readList(row, wordColumn), readList(row, tagColumn)];
    if (words === undefined || tags === undefined) return undefined;
    if (words.length !== tags.length)
      return row.problem(tagColumn, `has ${tags.length} tags for ${words.length} words`, 'give each word one tag');
    const spaced = tags.findIndex((tag) => /\s/.test(tag));
    if (spaced >= 0) return row.problem(`${tagColumn}[${spaced}]`, 'contains a space', 'write tags as one word');
    return { kind: 'tagged', words, tags };
  },
  readInput(row) {
    const words = readList(row, WORDS.find((name) => row.has(name)) ?? WORDS[0]);
    return words && { kind: 'tagged', words, tags: words.map(() => OUTSIDE) };
  },
};

function readList(row: RowReader, column: string): string[] | undefined {
  const value = row.json(column);
  if (value === undefined) return row.problem(column, 'is missing', `every row needs "${column}"`);
  if (!Array.isArray(value)) return row.problem(column, `must be a list of texts, not ${describeValue(value)}`);
  if (value.length === 0) return row.problem(column, 'is empty', 'delete the row');
  const texts = value.map((item, i) => readItem(row, `${column}[${i}]`, item));
  return texts.includes(undefined) ? undefined : (texts as string[]);
}

function readItem(row: RowReader, path: string, value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : row.checkText(path, value);
  return text?.trim() === '' ? row.problem(path, 'is empty', 'remove it, with its tag') : text?.trim();
}
