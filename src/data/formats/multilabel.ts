import type { ColumnSample, Format } from './format.ts';
import { readTexts, textFields } from './labelled-text.ts';
import { describeValue, parseStructure, type RowReader } from './row-reader.ts';

const COLUMNS = ['labels', 'label'];

/** `{ text, text_pair?, labels }`: any number of classes a row, as a list or as text with |, ; or line breaks between them. */
export const multilabel: Format = {
  fields: [...textFields, ...COLUMNS],
  recognise(sample) {
    const column = COLUMNS.find((name) => sample.has('text', name) && holdsSets(sample, name));
    return column === undefined ? undefined : ['text', column];
  },
  read(row) {
    const [texts, labels] = [readTexts(row), readLabels(row)];
    if (texts === undefined || labels === undefined) return undefined;
    return { kind: 'multilabel', ...texts, labels };
  },
  readInput(row) {
    const texts = readTexts(row);
    return texts && { kind: 'multilabel', ...texts, labels: [] };
  },
};

/** A column `labels` holds sets whatever is in it; one named `label` only where every value is a list. */
function holdsSets(sample: ColumnSample, column: string): boolean {
  const isList = (value: unknown): boolean => Array.isArray(typeof value === 'string' ? parseStructure(value) : value);
  return column === 'labels' || sample.values(column).every(isList);
}

function readLabels(row: RowReader): string[] | undefined {
  const column = row.has('labels') || !row.has('label') ? 'labels' : 'label';
  const value = row.json(column);
  if (value === undefined) return row.problem(column, 'is missing', 'write [] for a row without any label');
  if (typeof value === 'string') return readText(row, column, value);
  if (!Array.isArray(value)) return row.problem(column, `must be a list of labels, not ${describeValue(value)}`);
  const labels = value.map((label, i) => readLabel(row, `${column}[${i}]`, label));
  return labels.includes(undefined) ? undefined : distinct(labels as string[]);
}

function readText(row: RowReader, column: string, text: string): string[] | undefined {
  const parts = text.split(/[|;\n]/);
  if (parts.length === 1 && text.includes(',')) {
    const fix = 'write | between labels, or a JSON list: ["a","b"]';
    return row.problem(column, 'may be one label or several: it has commas', fix);
  }
  return distinct(parts.map((part) => part.trim()).filter((part) => part !== ''));
}

function readLabel(row: RowReader, path: string, value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  const label = row.checkText(path, value)?.trim();
  return label === '' ? row.problem(path, 'is empty', 'remove it from the list') : label;
}

function distinct(labels: readonly string[]): string[] {
  return [...new Set(labels)].toSorted();
}
