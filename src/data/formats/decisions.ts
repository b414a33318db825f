/** Rows of typed questions about a state, in the layouts that trainers of decision models use. */
import type { AnsweredQuestion } from '../kinds/decision.ts';
import { readQuestion, readQuestions, textOf, type Placed } from './decision-questions.ts';
import { readRewards, readTarget } from './decision-targets.ts';
import type { Format } from './format.ts';
import { describeValue, isObject, type RowReader } from './row-reader.ts';

/** By question: labels, option weights, either of them, option rewards. */
const BY_QUESTION = ['answers', 'soft_labels', 'expected', 'gold', 'rewards'] as const;

/**
 * `{ state, questions }` with questions as in System One, and answers in `answers`, `soft_labels` and `rewards` (NeMo),
 * `gold` (Unsloth, typed-decisions, Laya), `expected` (Laya), or in each question: `label` (Kev), or `target` and
 * `rewards` in option order.
 */
export const decisionRecords: Format = {
  fields: ['state', 'questions', ...BY_QUESTION],
  recognise: (sample) => (sample.has('state', 'questions') ? ['state', 'questions'] : undefined),
  read: (row) => readRecord(row, true),
  readInput: (row) => readRecord(row, false),
};

function readRecord(row: RowReader, isAnswered: boolean): ReturnType<Format['read']> {
  const before = row.problems.length;
  const [state, entries] = [readState(row), readQuestions(row, 'questions', row.json('questions'))];
  const answers = isAnswered ? readAnswers(row) : new Map<string, Record<string, unknown>>();
  const questions = entries.map(({ question, path, value }): AnsweredQuestion => {
    if (!isAnswered) return question;
    const given = answersOf(question.id, { answers, value, path });
    const target = readTarget(row, question, given.labels);
    const rewards = readRewards(row, question, given.rewards);
    return { ...question, ...(target && { target }), ...(rewards && { rewards }) };
  });
  if (row.problems.length > before || state === undefined) return undefined;
  for (const [column, known] of answers) {
    const foreign = Object.keys(known).filter((id) => questions.every((question) => question.id !== id));
    for (const id of foreign) row.problem(`${column}.${id}`, 'answers a question that is not in the row');
  }
  if (isAnswered && questions.every(({ target, rewards }) => target === undefined && rewards === undefined))
    row.problem('answers', 'are missing', 'answer at least one question, or delete the row');
  return row.problems.length > before ? undefined : { kind: 'decision', state, questions };
}

/** Objects keyed by question, one per column, possibly as JSON text; absent columns have no entry. */
function readAnswers(row: RowReader): Map<string, Record<string, unknown>> {
  const found = new Map<string, Record<string, unknown>>();
  for (const column of BY_QUESTION) {
    const value = row.json(column);
    if (value === undefined) continue;
    if (isObject(value)) found.set(column, value);
    else row.problem(column, `must be an object with an entry for each question, not ${describeValue(value)}`);
  }
  return found;
}

/** The answers to one question from any column, each with its path. */
function answersOf(
  id: string,
  { answers, value, path }: Placed & { answers: ReadonlyMap<string, Record<string, unknown>> },
): { labels: Placed[]; rewards: Placed | undefined } {
  const own = isObject(value) ? value : {};
  const found = (names: readonly string[], isOwn: boolean): Placed[] =>
    names.flatMap((name) => {
      const [holder, key] = isOwn ? [own, name] : [answers.get(name), id];
      const one = holder !== undefined && Object.hasOwn(holder, key) ? holder[key] : undefined;
      return one === undefined || one === null
        ? []
        : [{ path: isOwn ? `${path}.${name}` : `${name}.${id}`, value: one }];
    });
  // Votes say more than the label derived from them.
  const labels = [
    ...found(['target', 'soft_labels', 'label'], true),
    ...found(['soft_labels', 'gold', 'answers', 'expected'], false),
  ];
  return { labels, rewards: [...found(['rewards'], false), ...found(['rewards'], true)].at(0) };
}

const LINE_FIELDS = ['state', 'question', 'type', 'options', 'label', 'soft_labels'];

/** NeMo's simple lines: `{ state, question, type, options, label, soft_labels? }`, one question per row. */
export const decisionLines: Format = {
  fields: LINE_FIELDS,
  recognise: (sample) => (sample.has('state', 'question', 'type') ? ['state', 'question', 'type'] : undefined),
  read: (row) => readLine(row, true),
  readInput: (row) => readLine(row, false),
};

function readLine(row: RowReader, isAnswered: boolean): ReturnType<Format['read']> {
  const [state, instructions] = [readState(row), row.text('question')];
  const given = { instructions, type: row.value('type') ?? null, options: row.json('options') };
  const question = readQuestion(row, { path: '', id: 'question', value: given });
  if (state === undefined || instructions === undefined || question === undefined) return undefined;
  if (!isAnswered) return { kind: 'decision', state, questions: [question] };
  const labels = ['soft_labels', 'label']
    .map((path) => ({ path, value: row.json(path) }))
    .filter(({ value }) => value !== undefined);
  if (labels.length === 0) return row.problem('label', 'is missing', 'give the right option, or delete the row');
  const target = readTarget(row, question, labels);
  return target && { kind: 'decision', state, questions: [{ ...question, target }] };
}

function readState(row: RowReader): string | undefined {
  if (!row.has('state')) return row.problem('state', 'is missing', 'every row needs "state"');
  const state = textOf(row, 'state', row.value('state'));
  return state?.trim() === '' ? row.problem('state', 'is empty', 'fill it or delete the row') : state;
}
