/** Typed questions from JSON, in the layouts of clients and files. */
import { AttuneError } from '../../base/errors.ts';
import { stringifyAsWritten } from '../../files/written-numbers.ts';
import type { DecisionOption, DecisionQuestion, DecisionType } from '../kinds/decision.ts';
import { describeValue, isObject, RowReader } from './row-reader.ts';

export const MOST_OPTIONS = 255;
/** Fewest and most levels of a score. */
export const LEVELS = [2, 10] as const;

/** OpenAI's limit. */
const MOST_QUESTIONS = 400;

/** Type names; the clients of OpenAI, SGLang and the AI SDK use another name for a noul. */
const TYPES: Readonly<Record<string, DecisionType>> = {
  noul: 'noul',
  boolean: 'noul',
  predicate: 'noul',
  yes_no: 'noul',
  choice: 'choice',
  score: 'score',
};

/** A value with its place in the row. */
export interface Placed {
  path: string;
  value: unknown;
}

/**
 * A state and its questions from a program or a request; `name` is their name for the state.
 * @throws AttuneError E_DECISION_QUESTIONS with every bad field
 */
export function readDecision(
  given: { state: unknown; questions: unknown },
  name = 'state',
): { state: string; questions: DecisionQuestion[] } {
  const row = new RowReader({ [name]: given.state, questions: given.questions }, { file: '', line: 0 });
  const state = textOf(row, name, given.state);
  if (state === undefined && row.problems.length === 0) row.problem(name, 'is missing');
  const placed = readQuestions(row, 'questions', given.questions);
  for (const { path, value } of placed) refuseUnknown(row, path, value);
  const questions = placed.map(({ question }) => question);
  if (questions.length > MOST_QUESTIONS)
    row.problem('questions', `has ${questions.length} questions; the maximum is ${MOST_QUESTIONS}`);
  if (row.problems.length === 0) return { state: state!, questions };
  throw new AttuneError('E_DECISION_QUESTIONS', {
    what: 'These questions are invalid',
    problems: row.problems.map(({ field, message, fix }) => ({ field, message, fix })),
  });
}

/** Fields of a question, in the names of all clients. */
const FIELDS = ['type', 'id', 'name', 'instructions', 'question', 'criteria', 'options', 'choices', 'levels'];

/** A misspelt field would change the answer in silence. Rows of files may have more: labels, weights. */
function refuseUnknown(row: RowReader, path: string, value: unknown): void {
  if (!isObject(value)) return;
  for (const key of Object.keys(value).filter((name) => !FIELDS.includes(name)))
    row.problem(`${path}.${key}`, 'is unknown: a question has a type, instructions and criteria');
}

/** Questions by id, or a list of questions with ids; problems are noted on the row. */
export function readQuestions(
  row: RowReader,
  path: string,
  value: unknown,
): (Placed & { question: DecisionQuestion })[] {
  const entries = isObject(value)
    ? Object.entries(value).map(([id, one]) => ({ id, path: `${path}.${id}`, value: one }))
    : Array.isArray(value)
      ? value.map((one: unknown, i) => ({ id: idOf(one) ?? String(i), path: `${path}[${i}]`, value: one }))
      : [];
  if (entries.length === 0)
    row.problem(path, `must be an object of questions, or a list of them, not ${describeValue(value)}`);
  const twice = entries.find(({ id }, i) => entries.findIndex((other) => other.id === id) < i);
  if (twice !== undefined) row.problem(`${twice.path}.id`, `repeats the id "${twice.id}" of another question`);
  return entries.flatMap((entry) => {
    const question = readQuestion(row, entry);
    return question === undefined ? [] : [{ ...entry, question }];
  });
}

function idOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  return [value.id, value.name].find((id) => typeof id === 'string');
}

/** `{ type, instructions?, criteria }` as in System One; `options` and `levels` may be lists. */
export function readQuestion(
  row: RowReader,
  { path, id, value }: Placed & { id: string },
): DecisionQuestion | undefined {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (!isObject(value)) return row.problem(path, `must be an object with a type, not ${describeValue(value)}`);
  const type = typeof value.type === 'string' && Object.hasOwn(TYPES, value.type) ? TYPES[value.type] : undefined;
  if (type === undefined)
    return row.problem(
      at('type'),
      `must be noul (predicate, boolean), choice or score, not ${describeValue(value.type)}`,
    );
  const before = row.problems.length;
  const instructions = textOf(row, at('instructions'), value.instructions ?? value.question);
  const name = ['criteria', 'options', 'choices', 'levels'].find((one) => value[one] !== undefined) ?? 'criteria';
  const criteria = { path: at(name), value: value[name] ?? null };
  const options = readers[type](row, criteria);
  if (row.problems.length > before || options === undefined) return undefined;
  return { id, type, ...(instructions !== undefined && instructions !== '' && { instructions }), options };
}

const readers: Record<DecisionType, (row: RowReader, criteria: Placed) => DecisionOption[] | undefined> = {
  noul: readNoul,
  choice: readChoice,
  score: readScore,
};

/** Null, or the meanings of true and false. */
function readNoul(row: RowReader, { path, value }: Placed): DecisionOption[] | undefined {
  const listed = Array.isArray(value) ? entriesOf(row, { path, value }) : undefined;
  const given = listed === undefined ? value : Object.fromEntries(listed.map((one) => [one.key, one.description]));
  if (given !== null && !isObject(given))
    return row.problem(path, `must be null or an object with true and false, not ${describeValue(value)}`);
  const foreign = Object.keys(given ?? {}).filter((key) => key !== 'true' && key !== 'false');
  for (const key of foreign) row.problem(`${path}.${key}`, 'is unknown: a noul has only true and false');
  return ['false', 'true'].map((key) => optionOf(row, key, { path: `${path}.${key}`, value: given?.[key] }));
}

/** Options by name with their meanings, or as a list. */
function readChoice(row: RowReader, { path, value }: Placed): DecisionOption[] | undefined {
  const options = isObject(value)
    ? Object.entries(value).map(([key, one]) => optionOf(row, key, { path: `${path}.${key}`, value: one }))
    : Array.isArray(value)
      ? entriesOf(row, { path, value })
      : undefined;
  if (options === undefined) return row.problem(path, `must be an object of options, not ${describeValue(value)}`);
  if (options.length === 0 || options.length > MOST_OPTIONS)
    return row.problem(path, `must have 1 to ${MOST_OPTIONS} options, but has ${options.length}`);
  const twice = options.find(({ key }, i) => options.findIndex((other) => other.key === key) < i);
  if (twice !== undefined) return row.problem(path, `contains the option "${twice.key}" twice`);
  return options;
}

/** Levels from the lowest, with their meanings. */
function readScore(row: RowReader, { path, value }: Placed): DecisionOption[] | undefined {
  if (!Array.isArray(value)) return row.problem(path, `must be a list of levels, not ${describeValue(value)}`);
  const [least, most] = LEVELS;
  if (value.length < least || value.length > most)
    return row.problem(path, `must have ${least} to ${most} levels, but has ${value.length}`);
  return value.map((level: unknown, i) => {
    const place = { path: `${path}[${i}]`, value: isObject(level) ? (level.description ?? level.label) : level };
    return optionOf(row, String(i), place);
  });
}

/** Names alone, or objects with a name and a meaning. */
function entriesOf(row: RowReader, { path, value }: { path: string; value: unknown[] }): DecisionOption[] {
  return value.flatMap((one, i) => {
    const place = `${path}[${i}]`;
    const key = isObject(one) ? [one.key, one.value, one.label].find((name) => name !== undefined) : one;
    if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'boolean')
      return row.problem(place, `must be a name, or an object with one, not ${describeValue(one)}`) ?? [];
    const description = isObject(one) ? one.description : undefined;
    return [optionOf(row, String(key), { path: `${place}.description`, value: description })];
  });
}

function optionOf(row: RowReader, key: string, { path, value }: Placed): DecisionOption {
  row.checkText(path, key);
  const description = textOf(row, path, value);
  return { key, ...(description !== undefined && description !== '' && { description }) };
}

/** A text, or JSON as text; undefined for null and after a problem. */
export function textOf(row: RowReader, path: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return row.checkText(path, value);
  if (typeof value !== 'object')
    return row.problem(path, `must be text, an object or a list, not ${describeValue(value)}`);
  return row.checkText(path, stringifyAsWritten(value));
}
