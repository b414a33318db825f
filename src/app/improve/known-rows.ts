/** Rows on which a model is trained and evaluated before a cycle adds its own: the recipe's, and those of promoted cycles. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../files/json.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { RecipeSource } from '../../methods/recipe/base-recipe.ts';
import { MANIFEST, type DataVersion } from './data-version.ts';
import { cycleFolder, type DecisionLog } from './improvement-decisions.ts';

export const versionFolder = (cycle: string): string => join(cycle, 'data');

/** The recipe with the rows of all cycles before this one. */
export function recipeSoFar(recipe: Recipe, log: DecisionLog): Recipe {
  const cycles = log.decisions.filter(({ state }) => state === 'promoted').map(({ cycle }) => cycle);
  const folders = cycles.map((cycle) => versionFolder(cycleFolder(log.folder, cycle)));
  const earlier = folders
    .filter((folder) => existsSync(join(folder, MANIFEST)))
    .map((folder) => sourcesOf(folder, readJson<DataVersion>(join(folder, MANIFEST)), recipe));
  const train = [...recipe.data.train, ...earlier.flatMap((one) => one.train)];
  const test = [...(recipe.data.test as RecipeSource[]), ...earlier.flatMap((one) => one.test)];
  return { ...recipe, data: { ...recipe.data, train, test } };
}

/** A version's files as sources of a recipe. */
export function sourcesOf(
  folder: string,
  { form, train, holdout }: DataVersion,
  { data }: Recipe,
): { train: RecipeSource[]; test: RecipeSource[] } {
  const isLabels = form === 'labels';
  const shared = {
    weight: null,
    format: isLabels ? (data.format ?? 'classification') : null,
    columns: isLabels ? data.columns : null,
  };
  const sources = (files: DataVersion['train']): RecipeSource[] =>
    // A file is empty if all of its rows were erased.
    files.filter(({ rows }) => rows > 0).map(({ file }) => ({ path: join(folder, file), ...shared }));
  return { train: sources(train), test: sources(holdout) };
}
