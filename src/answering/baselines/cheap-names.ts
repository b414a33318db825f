import { table } from '../../base/table.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BaselineName } from './index.ts';

/** Names of families: the baseline within a family depends on the answers' form. */
const families: Readonly<Record<string, readonly BaselineName[]>> = table({
  tfidf: ['logistic_regression', 'logistic_per_label', 'ridge_regression'],
});

/** Baselines that can be saved; a test compares the list with their exports. */
const keptNames: readonly BaselineName[] = [
  'nearest',
  'logistic_regression',
  'logistic_per_label',
  'ridge_regression',
  'logistic_table',
  'ridge_table',
  'trees',
  'pixels',
  'spectrum',
];

/** Cheap systems that a recipe can train in place of a model: `model: tfidf`. */
export const cheapModelNames: readonly string[] = [...Object.keys(families), ...keptNames];

/** Whether a recipe's model names a cheap system; an existing folder of that name takes precedence. */
export function isCheapModel(model: string): boolean {
  return cheapModelNames.includes(model) && !existsSync(model);
}

/** Baselines that a name stands for; the form of the answers selects one. Undefined for unknown names. */
export function baselinesOf(name: string, known: { has(name: string): boolean }): readonly BaselineName[] | undefined {
  if (Object.hasOwn(families, name)) return families[name];
  return known.has(name) ? [name as BaselineName] : undefined;
}

/** The shortest name by which a recipe selects a baseline; undefined if it cannot be saved. */
export function cheapModelName(baseline: string): string | undefined {
  const family = Object.keys(families).find((name) => families[name].some((one) => one === baseline));
  return family ?? keptNames.find((name) => name === baseline);
}

/** File that marks a folder as a saved cheap system. */
export const DESCRIPTION = 'cheap_model.json';

/** Whether the folder holds a cheap system rather than a model. */
export function isCheapFolder(folder: string): boolean {
  return existsSync(join(folder, DESCRIPTION));
}
