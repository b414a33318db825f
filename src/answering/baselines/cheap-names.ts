import { table } from '../../base/table.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BaselineName } from './index.ts';

/** Names of what is read rather than of one baseline: which one it is depends on what the answers are like. */
const families: Readonly<Record<string, readonly BaselineName[]>> = table({
  tfidf: ['logistic_regression', 'logistic_per_label', 'ridge_regression'],
});

/** Baselines that can be kept; a test holds them against what they export. */
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

/** Whether a recipe's model is a cheap system; a folder of that name comes first. */
export function isCheapModel(model: string): boolean {
  return cheapModelNames.includes(model) && !existsSync(model);
}

/** The baselines that a name stands for, of which the answers decide; undefined for a name of none. */
export function baselinesOf(name: string, known: { has(name: string): boolean }): readonly BaselineName[] | undefined {
  if (Object.hasOwn(families, name)) return families[name];
  return known.has(name) ? [name as BaselineName] : undefined;
}

/** The name by which a recipe keeps a baseline: the shortest one; undefined where it cannot be kept. */
export function cheapModelName(baseline: string): string | undefined {
  const family = Object.keys(families).find((name) => families[name].some((one) => one === baseline));
  return family ?? keptNames.find((name) => name === baseline);
}

/** The file that makes a folder the result of a cheap system. */
export const DESCRIPTION = 'cheap_model.json';

/** Whether the folder holds a cheap system rather than a model. */
export function isCheapFolder(folder: string): boolean {
  return existsSync(join(folder, DESCRIPTION));
}
