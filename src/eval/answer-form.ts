import type { Example } from '../data/example.ts';
import { expectedText, labelsIn } from './example-text.ts';
import { parseObject } from './metrics/compared.ts';

/** What the answers of a data set look like: it decides how they are measured and asked for. */
export type AnswerForm =
  | { kind: 'classes'; classes: readonly string[] }
  /** Any number of these. */
  | { kind: 'labels'; labels: readonly string[] }
  | { kind: 'numbers' }
  /** What is said in a recording. */
  | { kind: 'speech' }
  /** Tags that mark stretches of words, or others. */
  | { kind: 'entities' }
  | { kind: 'tags' }
  /** A stretch of a text that answers a question about it. */
  | { kind: 'span' }
  /** A text of a collection is to be found. */
  | { kind: 'retrieval' }
  /** A text is to be found for an image, and an image for a text. */
  | { kind: 'image-retrieval' }
  | { kind: 'similarity' }
  /** One of two answers is preferred. */
  | { kind: 'preference' }
  /** Each step of an answer is right or wrong. */
  | { kind: 'steps' }
  /** The next item of somebody. */
  | { kind: 'items' }
  | { kind: 'json'; fields: readonly string[] }
  /** `words`: nine answers in ten have no more. */
  | { kind: 'short'; words: number }
  | { kind: 'long'; words: number }
  | { kind: 'text' };

const MAX_CLASSES = 100;
/** Fewer rows per distinct answer than this and the answers are texts, not classes. */
const ROWS_PER_CLASS = 5;
const CLASS_LENGTH = 60;
const JSON_SHARE = 0.9;
const SHORT_WORDS = 8;

/** Looks at rows with answers; those without one do not count. Rows of the kind `text` have no answers to speak of. */
export function answerForm(examples: readonly Example[]): AnswerForm {
  if (examples.every(({ kind }) => kind === 'text')) return { kind: 'text' };
  const special = specialForm(examples);
  if (special !== undefined) return special;
  const answers = examples.map(expectedText).filter((answer) => answer !== undefined);
  const fields = jsonFields(answers);
  if (fields !== undefined) return { kind: 'json', fields };
  const classes = [...new Set(answers.map((answer) => answer.trim()))].toSorted();
  const isLabelled = examples.every(({ kind }) => kind === 'classification');
  const few = classes.length <= Math.min(MAX_CLASSES, answers.length / ROWS_PER_CLASS);
  if (isLabelled || (few && classes.every(({ length }) => length <= CLASS_LENGTH))) return { kind: 'classes', classes };
  const lengths = answers.map((answer) => answer.trim().split(/\s+/).length).toSorted((a, b) => a - b);
  const words = lengths[Math.floor(lengths.length * 0.9)] ?? 1;
  return { kind: words <= SHORT_WORDS ? 'short' : 'long', words };
}

/** Of rows whose kind says it. */
function specialForm(examples: readonly Example[]): AnswerForm | undefined {
  const [first] = examples;
  if (first === undefined || examples.some(({ kind }) => kind !== first.kind)) return undefined;
  switch (first.kind) {
    case 'multilabel':
      return { kind: 'labels', labels: labelsIn(examples) };
    case 'regression':
      return { kind: 'numbers' };
    case 'tagged':
      return { kind: labelsIn(examples).every((tag) => /^(O$|[BIESLU]-)/.test(tag)) ? 'entities' : 'tags' };
    case 'question':
      return { kind: 'span' };
    case 'speech':
      return { kind: 'speech' };
    case 'pair':
      return { kind: 'retrieval' };
    case 'items':
      return { kind: 'items' };
    case 'image-text':
      return { kind: 'image-retrieval' };
    case 'preference':
      return { kind: 'preference' };
    case 'stepwise':
      return { kind: 'steps' };
    case 'graded':
      return { kind: 'similarity' };
    default:
      return undefined;
  }
}

/** Names of the fields that most answers have, where most answers are JSON objects. */
function jsonFields(answers: readonly string[]): string[] | undefined {
  const counts = new Map<string, number>();
  let objects = 0;
  for (const [row, answer] of answers.entries()) {
    const object = parseObject(answer);
    if (object === undefined) {
      // Each failure costs an exception: texts are given up once the share is out of reach.
      if (objects + answers.length - row - 1 < JSON_SHARE * answers.length) return undefined;
      continue;
    }
    objects++;
    for (const name of Object.keys(object)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (objects === 0) return undefined;
  return [...counts.keys()].filter((name) => (counts.get(name) ?? 0) >= objects / 2);
}
