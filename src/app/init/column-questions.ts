/** Questions of `init` about the columns of a table. */
import { table } from '../../base/table.ts';
import type { ColumnReading, InitHints } from './read-columns.ts';
import { describeColumn } from './read-columns.ts';
import { type ColumnProfile, type Guess, guessColumns } from '../../data/guess/index.ts';
import {
  askFetch,
  askGoal,
  askGroup,
  askModel,
  askOverwrite,
  askReading,
  askTarget,
  askText,
} from '../terminal/ask-questions.ts';
import type { InitQuestions } from '../use-cases/init.ts';

export const initQuestions: InitQuestions = {
  columns: askColumns,
  model: ({ model, reason }) => askModel(model, reason),
  fetch: ({ model, package: { name, bytes } = { name: model, bytes: 0 } }) => askFetch(model, name, bytes),
  group: askGroup,
  overwrite: askOverwrite,
};

/** Formats with an answer or a label are asked about column by column, all others as a whole. */
const BY_COLUMN = new Set(['prompt_completion', 'classification', 'multilabel', 'regression', 'text']);

async function askColumns(reading: ColumnReading): Promise<InitHints> {
  const { guesses, profiles, isClear } = reading;
  const [best] = guesses as readonly (Guess | undefined)[];
  if (best !== undefined && isClear && !BY_COLUMN.has(best.format) && (await askReading(best.reasons))) return {};
  const choices = profiles
    .filter(({ kind }) => kind !== 'empty')
    .map((column) => ({ name: column.name, hint: describeColumn(column) }));
  const textColumn = await askText(choices, best?.text ?? []);
  const others = choices.filter(({ name }) => !textColumn.includes(name));
  const target = others.length === 0 ? undefined : await askTarget(others, best?.target);
  if (target === undefined) return { textColumn, format: 'text' };
  return { textColumn, ...(await askWhat(profiles, target, textColumn)) };
}

const GOALS: Partial<Record<string, string>> = table({
  classification: 'a label: one class per row',
  multilabel: 'labels: any number of classes per row',
  regression: 'a number to predict',
  prompt_completion: 'an answer for the model to write',
});

/** Chooses the target's format; asks only if several are possible. */
async function askWhat(
  profiles: readonly ColumnProfile[],
  target: string,
  text: readonly string[],
): Promise<InitHints> {
  const column = profiles.find(({ name }) => name === target)!;
  const goals = goalsOf(
    column,
    guessColumns(profiles, { text })
      .filter((guess) => guess.target === target)
      .map(({ format }) => format),
  );
  const known = Object.fromEntries(goals.flatMap((goal) => (GOALS[goal] === undefined ? [] : [[goal, GOALS[goal]]])));
  const names = Object.keys(known);
  if (names.length === 0) return { labelColumn: target };
  const goal = names.length === 1 ? names[0] : await askGoal(target, known as Record<string, string>);
  return goal === 'prompt_completion' ? { answerColumn: target } : { labelColumn: target, format: goal };
}

/** Possible formats for the column, with the guessed ones first. */
function goalsOf({ kind, distinct, filled, several, words }: ColumnProfile, guessed: readonly string[]): string[] {
  const isRepeated = distinct <= 0.8 * filled || filled < 20;
  const possible = {
    number: ['regression', ...(isRepeated ? ['classification'] : [])],
    truth: ['classification'],
    list: ['multilabel'],
  }[kind as string] ?? [
    ...(several > 0 ? ['multilabel'] : []),
    ...(isRepeated ? ['classification'] : []),
    ...(words >= 1.5 || !isRepeated ? ['prompt_completion'] : []),
  ];
  return [...new Set([...guessed.filter((goal) => GOALS[goal] !== undefined), ...possible])];
}
