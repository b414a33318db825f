import type { ColumnSample, Format } from '../formats/format.ts';
import { readTexts, textFields } from '../formats/labelled-text.ts';
import { describeValue, parseStructure, type RowReader } from '../formats/row-reader.ts';
import { defineKind } from './kind.ts';
import { bothTexts, type ReadText } from './read-text.ts';

/** Any number of classes for one text, possibly none. */
export interface MultiLabelExample extends ReadText {
  kind: 'multilabel';
  /** Distinct and sorted. */
  labels: readonly string[];
}

const COLUMNS = ['labels', 'label'];

/**
 * `{ text, text_pair?, labels }`: any number of classes per row, as a list or as text separated by |, ; or line breaks.
 */
const format: Format = {
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

export const multilabel = defineKind<MultiLabelExample, 'multilabel'>({
  name: 'multilabel',
  formats: { multilabel: format },
  text: bothTexts,
  row: (example) => ({ text: example.text, text_pair: example.textPair, labels: example.labels }),
  cut: 'windows',
  label: { type: 'classes', of: (example) => example.labels },
  prompt: bothTexts,
  answer: (example) => joinLabels(example.labels),
  answerName: 'labels',
  isReadWhole: true,
  canChangePeople: true,
  objective: { name: 'multilabel', remark: 'a new head assigns any number of labels to each text' },
  hasCheapRivals: true,
  needs: () => ({ reads: 'text', tasks: ['sequence'] }),
  layout: 'whole',
});

/** Several classes as one answer, sorted so that equal sets give equal texts. */
export function joinLabels(labels: readonly string[]): string {
  return labels.toSorted().join(', ');
}

/** A column `labels` always holds sets; a column `label` only if every value is a list. */
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
    return row.problem(column, 'is ambiguous: with commas it may be one label or several', fix);
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
