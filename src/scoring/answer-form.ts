import { isOwnForm, kindOf, type Example, type OwnFormName } from '../data/kinds/index.ts';
import { expectedText, haveOneClass, labelsIn } from './prompt-text.ts';
import { parseObject } from './metrics/compared.ts';

/** Form of a data set's answers; determines how they are measured and prompted for. */
export type AnswerForm =
  | { kind: 'classes'; classes: readonly string[] }
  /** Any number of classes. */
  | { kind: 'labels'; labels: readonly string[] }
  | { kind: 'json'; fields: readonly string[] }
  /** `words`: the 90th percentile of the number of words. */
  | { kind: 'short'; words: number }
  | { kind: 'long'; words: number }
  | { kind: 'text' }
  /** Forms of a single kind of rows, declared in data/kinds. */
  | { kind: OwnFormName };

const MAX_CLASSES = 100;
/** With fewer rows per distinct answer, answers are texts rather than classes. */
const ROWS_PER_CLASS = 5;
const CLASS_LENGTH = 60;
const JSON_SHARE = 0.9;
const SHORT_WORDS = 8;

/** Determines the answer form from rows with answers; others are ignored. Running text counts as having none. */
export function answerForm(examples: readonly Example[]): AnswerForm {
  if (examples.every((example) => kindOf(example).isRunningText)) return { kind: 'text' };
  const own = formOfKind(examples);
  if (own !== undefined) return own;
  const answers = examples.map(expectedText).filter((answer) => answer !== undefined);
  const fields = jsonFields(answers);
  if (fields !== undefined) return { kind: 'json', fields };
  const classes = [...new Set(answers.map((answer) => answer.trim()))].toSorted();
  const isLabelled = haveOneClass(examples);
  const few = classes.length <= Math.min(MAX_CLASSES, answers.length / ROWS_PER_CLASS);
  if (isLabelled || (few && classes.every(({ length }) => length <= CLASS_LENGTH))) return { kind: 'classes', classes };
  const lengths = answers.map((answer) => answer.trim().split(/\s+/).length).toSorted((a, b) => a - b);
  const words = lengths[Math.floor(lengths.length * 0.9)] ?? 1;
  return { kind: words <= SHORT_WORDS ? 'short' : 'long', words };
}

/** The form declared by the rows' kind, if all rows are of one such kind. */
function formOfKind(examples: readonly Example[]): AnswerForm | undefined {
  const [first] = examples;
  if (first === undefined || examples.some(({ kind }) => kind !== first.kind)) return undefined;
  const { label, forms = {}, formOf } = kindOf(first);
  if (label?.type === 'classes') return { kind: 'labels', labels: labelsIn(examples) };
  const name = formOf === undefined ? Object.keys(forms).at(0) : formOf(examples);
  return name !== undefined && isOwnForm(name) ? { kind: name } : undefined;
}

/** Field names that most answers have, if most answers are JSON objects. */
function jsonFields(answers: readonly string[]): string[] | undefined {
  const counts = new Map<string, number>();
  let objects = 0;
  for (const [row, answer] of answers.entries()) {
    const object = parseObject(answer);
    if (object === undefined) {
      // Each parse failure costs an exception, so parsing stops once the share is out of reach.
      if (objects + answers.length - row - 1 < JSON_SHARE * answers.length) return undefined;
      continue;
    }
    objects++;
    for (const name of Object.keys(object)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (objects === 0) return undefined;
  return [...counts.keys()].filter((name) => (counts.get(name) ?? 0) >= objects / 2);
}
