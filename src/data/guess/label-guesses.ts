import { type ColumnWish, describeValues, type Guess, joined, listed } from './guess.ts';
import { nameFit } from './column-names.ts';
import { itemGuesses } from './other-guesses.ts';
import type { ColumnProfile } from './column-profile.ts';
import {
  classFit,
  isAside,
  isFeature,
  isNamed,
  isNumberedClass,
  isTime,
  quantityFit,
  severalFit,
  textFit,
} from './column-traits.ts';

type Goal = 'classification' | 'multilabel' | 'regression';

interface Target {
  column: ColumnProfile;
  goal: Goal;
  /** Fit of its values and of its name. */
  fit: number;
  named: number;
}

/** Texts or table rows with a class, several classes or a number. */
export function labelGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  const targets = columns.flatMap((column) => targetOf(column, wish) ?? []);
  // Columns next to a user's choice (stars, an amount) are rarely the label.
  const isOfChoices = itemGuesses(columns, wish).some(({ score }) => score === 1);
  // If the last column's name fits a label better than all others, it usually is the label.
  const final = targets.find(({ column }) => column === columns.at(-1));
  const isLabel = final !== undefined && targets.every((one) => one === final || one.named < final.named);
  const last = isLabel && final.named >= 0.8 ? final : undefined;
  return targets.flatMap((target) => {
    const read = readColumns(columns, target, wish);
    if (read.length === 0) return [];
    const isOnly = targets.length === 1 && target.fit >= 0.9;
    const plain = (0.2 + 0.8 * target.named) * target.fit;
    const isLessLikely = last !== undefined && target !== last;
    const isBeside = isOfChoices && !read.some((one) => textFit(one) >= 0.5);
    const score =
      wish.label === undefined
        ? Math.max(plain, isOnly ? 0.6 : 0) * (isBeside ? 0.5 : 1) * (isLessLikely ? 0.85 : 1)
        : 1;
    if (score < 0.05) return [];
    const { goal, column } = target;
    const field = goal === 'multilabel' ? 'labels' : 'label';
    const mapping = { text: joined(read), [field]: column.name };
    const text = read.map(({ name }) => name);
    return [{ format: goal, columns: mapping, text, target: column.name, score, reasons: reasonsFor(target, read) }];
  });
}

function targetOf(column: ColumnProfile, wish: ColumnWish): Target | undefined {
  const isWished = column.name === wish.label;
  if ((wish.label !== undefined && !isWished) || wish.text?.includes(column.name) === true) return undefined;
  if (wish.answer !== undefined) return undefined;
  if (!isWished && (isAside(column) || isNamed(column, 'origin') || isTime(column))) return undefined;
  const { goal, fit, named } = goalOf(column, wish.format);
  if (!isWished && fit === 0) return undefined;
  return { column, goal, fit, named };
}

const GOALS: ReadonlySet<string> = new Set<Goal>(['classification', 'multilabel', 'regression']);

function goalOf(column: ColumnProfile, format: string | undefined): Omit<Target, 'column'> {
  const label = Math.max(nameFit(column.name, 'label'), 0.5 * nameFit(column.name, 'attribute'), truthNamed(column));
  const several = {
    goal: 'multilabel',
    fit: severalFit(column),
    named: Math.max(label, nameFit(column.name, 'labels')),
  } as const;
  const quantity = Math.max(nameFit(column.name, 'quantity'), 0.5 * nameFit(column.name, 'measure'));
  const number = {
    goal: 'regression',
    fit: quantityFit(column),
    named: Math.max(quantity, nameFit(column.name, 'label')),
  } as const;
  const one = {
    goal: 'classification',
    fit: classFit(column),
    named: column.kind === 'number' ? Math.max(label, 0.5 * quantity) : label,
  } as const;
  const all = [several, number, one];
  if (format !== undefined && GOALS.has(format)) return all.find(({ goal }) => goal === format)!;
  return all.find(({ fit }) => fit > 0) ?? one;
}

/** `is_spam`, `has_error` and other Boolean columns, which are often the label. */
function truthNamed(column: ColumnProfile): number {
  if (column.distinct !== 2) return 0;
  if (/^(is|has|was|ist|hat|est|es|ha)[_ A-Z]/.test(column.name)) return 0.8;
  return column.kind === 'truth' ? 0.3 : 0;
}

/** Input columns for the target: the texts; without any, all columns that describe the row; both if it is a number. */
function readColumns(columns: readonly ColumnProfile[], target: Target, wish: ColumnWish): ColumnProfile[] {
  const others = columns.filter((column) => column !== target.column);
  if (wish.text !== undefined) return wish.text.map((name) => columns.find((column) => column.name === name)!);
  const texts = others.filter((column) => textFit(column) >= 0.5 && !isNamed(column, 'origin'));
  const named = texts.filter(({ name }) => nameFit(name, 'text') >= 0.5 || nameFit(name, 'prompt') >= 0.5);
  const questions = texts.filter((column) => !isNamed(column, 'answer') || isNamed(column, 'text', 'prompt'));
  const features = others.filter(isFeature);
  const chosen = [named, questions, texts].find((some) => some.length > 0) ?? [];
  const numbers = features.filter(({ kind }) => kind === 'number');
  if (chosen.length > 0 && (target.goal !== 'regression' || numbers.length < 2)) return chosen;
  const all = others.filter((column) => features.includes(column) || chosen.includes(column));
  if (all.length > 0) return all;
  return others.filter((column) => textFit(column) > 0);
}

function reasonsFor({ column, goal, named }: Target, read: readonly ColumnProfile[]): string[] {
  const { name } = column;
  const why = named >= 0.5 ? 'by its name and ' : 'by ';
  const what = {
    classification: `${name} is the label, ${why}${describeValues(column)}`,
    multilabel: `${name} contains several labels per row, ${why}its values`,
    regression: `${name} is the number to predict, ${why}its ${column.distinct} values`,
  }[goal];
  const choice = isNumberedClass(column) && goal === 'classification' && column.distinct > 2;
  const asNumber = `${name} has ${column.distinct} whole numbers, treated as classes; --format regression treats them as a quantity`;
  return [`${listed(read)} ${read.length === 1 ? 'is' : 'are'} read`, what, ...(choice ? [asNumber] : [])];
}
