import { smallest } from '../../base/many.ts';
import type { RunReport } from '../../jobs/report/run-report.ts';
import type { TrainedForm } from '../prompt-form.ts';

/** Type of the form for trying a result. */
export type TryKind = 'writing' | 'text' | 'question' | 'image' | 'recording' | 'similarity' | 'captions' | 'items';

/** Maximum size of an uploaded file. */
export const MOST_FILE_BYTES = 8 * 2 ** 20;

/** Formats whose rows are a text and its continuation; all others are conversations. */
const PLAIN_FORMATS: readonly string[] = ['prompt_completion', 'text', 'prompt_only'];

export interface TextField {
  name: string;
  label: string;
  rows: number;
  value?: string;
  isOptional?: boolean;
  /** Shown next to the label. */
  hint?: string;
}

export interface Form {
  /** Description of the form, in a sentence or two. */
  about: string;
  button: string;
  texts: readonly TextField[];
  file?: { label: string; accept: string; mostBytes: number };
  /** Where the model writes: whether a text is continued unless the reader chooses otherwise. */
  isPlain?: boolean;
}

const IMAGE = { label: 'An image', accept: 'image/*', mostBytes: MOST_FILE_BYTES };

/** Inputs of the forms. */
interface FormParts {
  columns?: readonly string[];
  /** Texts of held-out rows that a text can be compared with. */
  collection: readonly string[];
  trained?: TrainedForm;
  /** Prompt of a held-out row. */
  sample?: string;
  isPlain: boolean;
  /** A single text field that contains the sample. */
  one(label: string): TextField;
}

/** Fields of the box, filled with a held-out row's input. */
export function formOf(
  { samples, data }: Pick<RunReport, 'samples' | 'data'>,
  kind: TryKind,
  parts: Pick<FormParts, 'columns' | 'collection' | 'trained'>,
): Form {
  const sample = questionOf(samples?.rows[0]?.prompt, parts.trained);
  const one = (label: string): TextField => ({ name: 'text', label, rows: 3, value: sample });
  return FORMS[kind]({ ...parts, one, sample, isPlain: PLAIN_FORMATS.includes(data?.format ?? '') });
}

/** The question in a held-out conversation, without the system message, which is added to every question. */
function questionOf(prompt: string | undefined, trained: TrainedForm | undefined): string | undefined {
  const before = `${trained?.systemPrompt ?? ''}\n`;
  return trained?.systemPrompt !== undefined && prompt?.startsWith(before) ? prompt.slice(before.length) : prompt;
}

/** Describes which defaults are sent with a message or missing. */
function askedWith({ systemPrompt, tools = [], differs = [] }: TrainedForm): string {
  const given = [
    ...(systemPrompt === undefined ? [] : ['the system message']),
    ...(tools.length > 0 ? ['the tools'] : []),
  ];
  const asked = given.length === 0 ? '' : ` Messages are sent with the ${given.join(' and ')} of the training rows.`;
  const names = { system: 'system messages', tools: 'tools' };
  const missing = differs.map((part) => names[part]).join(' and ');
  return missing === '' ? asked : `${asked} The training rows had different ${missing}; messages are sent without.`;
}

const SIDE_BY_SIDE =
  'The same input to the tuned model and to its base, side by side: always the most likely next ' +
  'token, as in the comparison.';

const FORMS: Record<TryKind, (parts: FormParts) => Form> = {
  writing: ({ one, trained, isPlain }) => ({
    about: `${SIDE_BY_SIDE}${trained === undefined ? '' : askedWith(trained)}`,
    button: 'Ask',
    texts: [one('Your input')],
    isPlain,
  }),
  text: ({ one, columns, sample }) => ({
    about: 'The model reads text as in training.',
    button: 'Ask',
    texts: columns === undefined ? [one('Your text')] : columnFields(columns, sample),
  }),
  question: () => ({
    about: 'The model finds the span of a text that answers a question, or reports that there is none.',
    button: 'Ask',
    texts: [
      { name: 'question', label: 'Your question', rows: 2 },
      { name: 'context', label: 'The text to search for the answer', rows: 6 },
    ],
  }),
  image: () => ({
    about: 'The model reads images as in training.',
    button: 'Ask',
    texts: [],
    file: IMAGE,
  }),
  recording: () => ({
    about: 'The model reads recordings as in training.',
    button: 'Ask',
    texts: [],
    file: { label: 'A recording', accept: 'audio/*', mostBytes: MOST_FILE_BYTES },
  }),
  similarity: ({ one, collection }) => ({
    about: `${similarityTask(collection.length)} 1 is the same direction, 0 is unrelated.`,
    button: 'Compare',
    texts: [one('A text'), { name: 'other', label: 'Another text', rows: 2, ...(collection.length > 0 && OPTIONAL) }],
  }),
  captions: ({ collection }) => ({
    about: 'Similarity of texts and an image: the cosine of their vectors.',
    button: 'Compare',
    texts: [{ name: 'text', label: 'Texts, one per line', rows: 4, value: collection.slice(0, 4).join('\n') }],
    file: IMAGE,
  }),
  items: ({ sample }) => ({
    about: 'Likely next choices.',
    button: 'Recommend',
    texts: [
      {
        name: 'text',
        label: 'Items chosen so far, one per line, the most recent last',
        rows: 4,
        value: itemsIn(sample),
      },
    ],
  }),
};

const OPTIONAL = { isOptional: true, hint: 'optional' };

function similarityTask(texts: number): string {
  return texts === 0
    ? 'Similarity of two texts.'
    : `Two texts are compared; a single one is searched for among ${texts} texts of the held-out rows.`;
}

/** Items of a held-out row, which are separated by commas. */
function itemsIn(prompt = ''): string {
  return prompt
    .split(/,\s*|\n/)
    .filter((item) => item !== '')
    .join('\n');
}

/** Fields for columns. The text of a held-out row has one named column per line, as in training. */
function columnFields(columns: readonly string[], sample = ''): TextField[] {
  const begun = columns.map((name) => `\n${sample}`.indexOf(`\n${name}: `));
  return columns.map((name, i) => {
    const end = smallest(
      begun.filter((place) => place > begun[i]),
      sample.length + 1,
    );
    const value = begun.includes(-1) ? '' : sample.slice(begun[i] + name.length + 2, end - 1);
    return { name: `column-${i}`, label: name, rows: value.includes('\n') ? 3 : 1, value, isOptional: true };
  });
}
