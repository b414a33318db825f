/** Answers to typed questions: labels, probabilities and rewards, as numbers in the order of the options. */
import type { DecisionQuestion } from '../kinds/decision.ts';
import type { Placed } from './decision-questions.ts';
import { describeValue, isObject, parseStructure, type RowReader } from './row-reader.ts';

/**
 * The first of several answers to a question, as a probability for each option; undefined if there is none, or after a
 * problem.
 */
export function readTarget(
  row: RowReader,
  question: DecisionQuestion,
  [first]: readonly Placed[],
): number[] | undefined {
  if (first === undefined) return undefined;
  const value = typeof first.value === 'string' ? parseStructure(first.value) : first.value;
  return targetOf(row, question, { path: first.path, value });
}

function targetOf(row: RowReader, question: DecisionQuestion, { path, value }: Placed): number[] | undefined {
  if (Array.isArray(value)) return readWeights(row, question, { path, value });
  if (!isObject(value)) return labelled(row, question, { path, value });
  // An option may itself be called "label".
  const inner = ['label', 'probabilities', 'soft_labels', 'noul'].find((name) => isNested(question, value, name));
  if (inner === undefined) return readWeights(row, question, { path, value });
  return targetOf(row, question, { path: `${path}.${inner}`, value: value[inner] });
}

function isNested({ options }: DecisionQuestion, value: Record<string, unknown>, name: string): boolean {
  return Object.hasOwn(value, name) && options.every(({ key }) => key !== name);
}

/** All weight on one option; a number between two levels of a score splits it. */
function labelled(row: RowReader, question: DecisionQuestion, { path, value }: Placed): number[] | undefined {
  const { type, options } = question;
  const number = typeof value === 'number' ? value : Number.NaN;
  if (type === 'noul' && number >= 0 && number <= 1) return [1 - number, number];
  if (type === 'score' && number >= 0 && number <= options.length - 1) {
    const low = Math.floor(number);
    return options.map((_, i) => (i === low ? 1 - (number - low) : i === low + 1 ? number - low : 0));
  }
  const name = String(value);
  const place = ['string', 'number', 'boolean'].includes(typeof value) ? placeOf(question, name) : -1;
  if (place < 0) {
    const known = options.slice(0, 8).map(({ key }) => key);
    const more = options.length > known.length ? ', …' : '';
    return row.problem(path, `is ${describeValue(value)}, but the options are ${known.join(', ')}${more}`);
  }
  return options.map((_, i) => (i === place ? 1 : 0));
}

/** Index of a named option. Levels of a score also match by text, and true and false in any case. */
function placeOf({ type, options }: DecisionQuestion, name: string): number {
  const exact = options.findIndex(({ key }) => key === name);
  if (exact >= 0 || type === 'choice') return exact;
  if (type === 'score') return options.findIndex(({ description }) => description === name);
  const truth = truthOf(name);
  return truth === undefined ? -1 : Number(truth);
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'y', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'n', '0'].map((word) => [word, false] as const),
]);

/** The truth value of a text such as "yes" or "no"; undefined for others. */
export function truthOf(text: string): boolean | undefined {
  return TRUTHS.get(text.toLowerCase());
}

/** Weights of options, scaled to a sum of 1. */
function readWeights(row: RowReader, question: DecisionQuestion, given: Placed): number[] | undefined {
  const weights = readNumbers(row, question, { ...given, missing: 0 });
  if (weights === undefined) return undefined;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.some((weight) => weight < 0) || !(sum > 0))
    return row.problem(given.path, 'must be weights of at least 0, one of them above 0');
  return weights.map((weight) => weight / sum);
}

/** A reward for each option. */
export function readRewards(
  row: RowReader,
  question: DecisionQuestion,
  given: Placed | undefined,
): number[] | undefined {
  return given && readNumbers(row, question, given);
}

/** Numbers by option name or in option order; `missing` is used for options without one. */
function readNumbers(
  row: RowReader,
  question: DecisionQuestion,
  { path, value, missing }: Placed & { missing?: number },
): number[] | undefined {
  const before = row.problems.length;
  const { options } = question;
  const values: (number | undefined)[] = options.map(() => missing);
  if (Array.isArray(value)) {
    if (value.length !== options.length)
      return row.problem(path, `has ${value.length} numbers for ${options.length} options`);
    for (const [i, one] of value.entries()) values[i] = finite(row, `${path}[${i}]`, one);
  } else if (isObject(value)) {
    for (const [name, one] of Object.entries(value)) {
      const place = placeOf(question, name);
      if (place < 0) row.problem(`${path}.${name}`, 'is not an option of the question');
      else values[place] = finite(row, `${path}.${name}`, one);
    }
  } else return row.problem(path, `must be an object with a number for each option, not ${describeValue(value)}`);
  const absent = options.find((_, i) => values[i] === undefined);
  if (absent !== undefined && row.problems.length === before)
    row.problem(path, `has no number for the option ${absent.key}`);
  return row.problems.length > before ? undefined : (values as number[]);
}

function finite(row: RowReader, path: string, value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return row.problem(path, `must be a number, not ${describeValue(value)}`);
}
