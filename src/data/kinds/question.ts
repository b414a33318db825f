import { plural } from '../../base/format.ts';
import { codePointsIn, unitAt } from '../code-points.ts';
import type { Format } from '../formats/format.ts';
import { describeValue, isObject, type RowReader } from '../formats/row-reader.ts';
import { defineKind, type Provenance } from './kind.ts';

/** A span of a text that answers a question about it. */
export interface AnswerSpan {
  text: string;
  /** Start offset in UTF-16 units. */
  start: number;
}

/** A question about a text, answered by a span of it. */
export interface QuestionExample extends Provenance {
  kind: 'question';
  question: string;
  context: string;
  /** All right answers; empty if the text does not contain one; absent if unknown. */
  answers?: readonly AnswerSpan[];
}

const ANSWERS = ['answers', 'answer'];

/**
 * `{ question, context, answers }`: a question about a text and its answer spans. Answers are in SQuAD's format (`{
 * text: [], answer_start: [] }`, offsets in code points, empty if the text has no answer), a list of `{ text,
 * answer_start }`, or texts alone, which refer to their first occurrence. Rows without the column are inputs.
 */
const format: Format = {
  fields: ['question', 'context', ...ANSWERS, 'answer_start', 'is_impossible'],
  recognise: (sample) => (sample.has('question', 'context') ? ['question', 'context'] : undefined),
  read(row) {
    const [question, context] = [row.text('question'), row.text('context')];
    if (question === undefined || context === undefined) return undefined;
    const body = { kind: 'question', question, context } as const;
    if (row.value('is_impossible') === true) {
      for (const column of ANSWERS) row.used.add(column);
      return { ...body, answers: [] };
    }
    const column = ANSWERS.find((name) => row.has(name));
    if (column === undefined) return body;
    const written = readWritten(row, column);
    const spans = written?.map((answer) => place(row, context, answer));
    return spans === undefined || spans.includes(undefined) ? undefined : { ...body, answers: spans as AnswerSpan[] };
  },
  readInput(row) {
    const [question, context] = [row.text('question'), row.text('context')];
    return question === undefined || context === undefined ? undefined : { kind: 'question', question, context };
  },
};

export const question = defineKind<QuestionExample, 'questions', 'span'>({
  name: 'question',
  formats: { questions: format },
  text: (example) => `${example.question}\n${example.context}`,
  row: questionRow,
  // Long texts are read in windows already; only the question can be too long, and it cannot be cut.
  cut: 'never',
  prompt: (example) => `${example.context}\n${example.question}`,
  answer: (example) => example.answers && (example.answers[0]?.text ?? ''),
  request: (example) => ({ question: example.question, context: example.context }),
  isReadWhole: true,
  forms: {
    span: {
      metrics: ['token_f1', 'squad_exact_match'],
      inWords: 'spans of a text',
      hasLikelihood: false,
      instruction: 'Answer with words of the text, exactly as they stand there, and nothing else.',
    },
  },
  objective: { name: 'question_answering', remark: 'a new head finds where the answer starts and ends' },
  needs: () => ({ reads: 'text', tasks: ['question'] }),
  layout: 'span',
});

/** SQuAD's format, with offsets in code points. */
function questionRow({ question: asked, context, answers }: QuestionExample): Record<string, unknown> {
  const starts = answers?.map(({ start }) => codePointsIn(context.slice(0, start)));
  return {
    question: asked,
    context,
    answers: answers && { text: answers.map(({ text }) => text), answer_start: starts },
  };
}

/** An answer as written in the row, with its paths for messages. */
interface Written {
  text: unknown;
  start: unknown;
  textPath: string;
  startPath: string;
}

function readWritten(row: RowReader, column: string): Written[] | undefined {
  const value = row.json(column);
  if (isObject(value)) return readColumns(row, column, value);
  if (!Array.isArray(value))
    return [{ text: value, start: row.value('answer_start'), textPath: column, startPath: 'answer_start' }];
  return value.map((answer: unknown, i): Written => {
    const path = `${column}[${i}]`;
    if (!isObject(answer)) return { text: answer, start: undefined, textPath: path, startPath: path };
    return {
      text: answer.text,
      start: answer.answer_start,
      textPath: `${path}.text`,
      startPath: `${path}.answer_start`,
    };
  });
}

function readColumns(row: RowReader, column: string, value: Record<string, unknown>): Written[] | undefined {
  const [texts, starts] = [value.text, value.answer_start].map((one) => (one === undefined ? undefined : [one].flat()));
  if (texts === undefined) return row.problem(`${column}.text`, 'is missing', 'give the texts of the answers');
  if (starts !== undefined && starts.length !== texts.length)
    return row.problem(`${column}.answer_start`, `has ${starts.length} positions for ${plural(texts.length, 'texts')}`);
  return texts.map((text, i) => ({
    text,
    start: starts?.[i],
    textPath: `${column}.text[${i}]`,
    startPath: `${column}.answer_start[${i}]`,
  }));
}

function place(row: RowReader, context: string, answer: Written): AnswerSpan | undefined {
  const text = row.checkText(answer.textPath, answer.text);
  if (text === undefined) return undefined;
  if (text.trim() === '')
    return row.problem(answer.textPath, 'is empty', 'write an empty list if the text does not contain the answer');
  const first = context.indexOf(text);
  if (first < 0) return row.problem(answer.textPath, `"${text}" is not in the context`, 'copy it from the context');
  if (answer.start === undefined || answer.start === null) return { text, start: first };
  if (!Number.isInteger(answer.start) || (answer.start as number) < 0)
    return row.problem(answer.startPath, `must be a whole number, not ${describeValue(answer.start)}`);
  const start = unitAt(context, answer.start as number);
  if (start !== undefined && context.startsWith(text, start)) return { text, start };
  const standing = `"${text}" is at position ${codePointsIn(context.slice(0, first))}, not ${String(answer.start)}`;
  return row.problem(answer.startPath, standing, 'count characters (code points) from 0, or leave the positions out');
}
