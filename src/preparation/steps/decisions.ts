/** Turns table columns into typed questions about the other columns. */
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { entryOf } from '../../base/table.ts';
import { LEVELS, MOST_OPTIONS } from '../../data/formats/decision-questions.ts';
import { truthOf } from '../../data/formats/decision-targets.ts';
import type { Item } from '@attune/documents';
import { DiskItems } from '../disk-items.ts';
import { valueText } from '../record-text.ts';
import { defineStep, rowOf, type StepNotes } from '../preparation-step.ts';

const list = z.array(z.string().min(1)).min(1);

const question = z.strictObject({
  type: z
    .enum(['choice', 'noul', 'score', 'labels'])
    .default('choice')
    .describe(
      'choice: one of several values; noul: yes or no; score: ordered values; labels: several labels, each a yes or no',
    ),
  options: list
    .nullable()
    .default(null)
    .describe('the values, for score from the lowest; null: those in the column, in order of appearance'),
  instructions: z.string().min(1).nullable().default(null).describe("the question in words; null: the column's name"),
});

const options = z.strictObject({
  questions: z.record(z.string().min(1), question).describe('by column: how its values answer'),
  state: list.nullable().default(null).describe('columns the decision is based on; null: all others'),
});

type Options = z.output<typeof options>;
type Question = z.output<typeof question>;

/** Values of each column whose options are taken from the rows, in order of appearance. */
type Seen = Map<string, Set<string>>;

export const step = defineStep<Options>({
  summary: 'label columns as typed questions about the other columns, {state, questions}',
  takes: ['record', 'row'],
  version: 1,
  options,
  open(given, { folder, signal }) {
    checkOptions(given);
    return async function* run(items, notes) {
      const rows = new DiskItems(folder);
      const seen: Seen = new Map();
      for await (const item of items) {
        if (item.kind !== 'record' && item.kind !== 'row') continue;
        rows.add(item.kind === 'row' ? item : rowOf({ ...item.values }, item.origins));
        noteValues(item.values, { given, seen });
        if (rows.count % 1000 === 0) signal?.throwIfAborted();
      }
      for (const [column, values] of seen) checkCount(column, [...values], entryOf(given.questions, column)!);
      for await (const item of rows.rows()) {
        const row = decisionOf(item.values, { given, seen, notes, item });
        if (typeof row === 'string') notes.leaveOut(item, row);
        else yield rowOf(row, item.origins, item);
      }
    };
  },
});

/** @throws AttuneError E_STEP_OPTIONS */
function checkOptions({ questions, state }: Options): void {
  const problems = Object.entries(questions).flatMap(([column, { type, options: values }]) => [
    ...(state?.includes(column) === true
      ? [{ field: `decisions.state`, message: `contains ${column}, which is the question` }]
      : []),
    ...(type === 'score' && values === null
      ? [
          {
            field: `decisions.questions.${column}.options`,
            message: 'is required: rows do not give the order of levels',
          },
        ]
      : []),
    ...(type === 'noul' && values !== null
      ? [{ field: `decisions.questions.${column}.options`, message: 'only applies to choices, scores and labels' }]
      : []),
  ]);
  for (const [column, { options: values, ...one }] of Object.entries(questions))
    if (values !== null) checkCount(column, values, { ...one, options: values });
  if (problems.length > 0)
    throw new AttuneError('E_STEP_OPTIONS', { what: 'The options of the step decisions are invalid', problems });
}

/** @throws AttuneError E_STEP_OPTIONS */
function checkCount(column: string, values: readonly string[], { type }: Question): void {
  const [least, most] = type === 'score' ? LEVELS : [1, MOST_OPTIONS];
  if (values.length >= least && values.length <= most) return;
  throw new AttuneError('E_STEP_OPTIONS', {
    what: `Column ${column} has too ${values.length < least ? 'few' : 'many'} distinct values for a ${type}`,
    got: `${values.length}`,
    expected: `${least} to ${most}`,
    fix: 'set the options, or ask about another column',
  });
}

function noteValues(values: Readonly<Record<string, unknown>>, { given, seen }: { given: Options; seen: Seen }): void {
  for (const [column, { type, options: known }] of Object.entries(given.questions)) {
    if (type === 'noul' || known !== null) continue;
    const own = seen.get(column) ?? seen.set(column, new Set()).get(column)!;
    for (const value of type === 'labels' ? labelsOf(values[column]) : [valueText(values[column])])
      if (value !== '') own.add(value);
  }
}

interface Asking {
  given: Options;
  seen: Seen;
  notes: StepNotes;
  item: Item;
}

/** The row, or the reason for leaving it out. */
function decisionOf(
  values: Readonly<Record<string, unknown>>,
  { given, seen, notes, item }: Asking,
): Record<string, unknown> | string {
  const columns = given.state ?? Object.keys(values).filter((column) => !Object.hasOwn(given.questions, column));
  const state = columns.map((column) => [column, valueText(values[column])]).filter(([, value]) => value !== '');
  if (state.length === 0) return 'no values to base the decision on';
  const questions = Object.entries(given.questions).flatMap(([column, one]) => {
    const known = one.options ?? [...(seen.get(column) ?? [])];
    const asked = askedOf(column, values[column], { ...one, options: known });
    if (typeof asked !== 'string') return asked;
    notes.find(item, asked);
    return [];
  });
  if (questions.length === 0) return 'no question has an answer';
  return { state: columns.length === 1 ? state[0][1] : Object.fromEntries(state), questions };
}

/** Questions with their answers, or the reason why the column has none. */
function askedOf(
  column: string,
  given: unknown,
  { type, options: known, instructions }: Question & { options: readonly string[] },
): Record<string, unknown>[] | string {
  // The model does not see ids, so without the column name two yes/no questions would look alike.
  const about = { instructions: instructions ?? column };
  const value = valueText(given);
  if (type === 'labels') {
    const labels = labelsOf(given);
    return known.map((label) => ({
      id: `${column}: ${label}`,
      type: 'noul',
      instructions: instructions === null ? `${column}: ${label}` : `${instructions} ${label}`,
      label: labels.includes(label),
    }));
  }
  if (value === '') return `no value in column "${column}"`;
  if (type === 'noul') {
    const truth = truthOf(value);
    if (truth === undefined) return `a value of column "${column}" that is neither true nor false`;
    return [{ id: column, type, ...about, label: truth }];
  }
  if (!known.includes(value)) return `a value of column "${column}" that is not among its options`;
  if (type === 'score') return [{ id: column, type, ...about, options: known, label: known.indexOf(value) }];
  return [{ id: column, type, ...about, options: known, label: value }];
}

function labelsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(valueText).filter((label) => label !== '');
  return valueText(value)
    .split(/[|;\n]/)
    .map((label) => label.trim())
    .filter((label) => label !== '');
}
