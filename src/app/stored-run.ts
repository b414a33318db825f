import { relative, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { RunStarted } from '../base/events.ts';
import { displayPath } from '../files/find-files.ts';
import { readEvents, requireRun } from '../store/run-folder.ts';
import { runPaths } from '../store/run-paths.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { resolveRecipe } from './recipe/index.ts';
import { locateRecipe, type LocatedRecipe } from './recipe/locate.ts';

/**
 * The recipe that a run was started with, validated again and usable from the current folder: its paths are absolute
 * unless the run was started here. Code that it refers to must be unchanged.
 * @throws AttuneError E_RUN_MISSING, E_RUN_FILES_MISSING, E_RECIPE
 */
export async function storedRecipe(folder: string): Promise<Recipe> {
  const absolute = resolve(folder);
  const started = startOf(absolute);
  const located = locate(absolute, started);
  const recipe = located.base === process.cwd() ? (started.recipe as Record<string, unknown>) : located.recipe;
  const output_dir = displayPath(absolute, process.cwd());
  return resolveRecipe({ ...recipe, output_dir }, { file: runPaths(absolute).recipe });
}

/**
 * The run's recipe with all paths absolute. Settings newer than the run get their defaults.
 * @throws AttuneError E_RUN_MISSING, E_RUN_FILES_MISSING, E_RECIPE
 */
export function startedWith(folder: string): Promise<Recipe> {
  const absolute = resolve(folder);
  return resolveRecipe(locate(absolute, startOf(absolute)).recipe, { file: runPaths(absolute).recipe });
}

/** Reads the start event instead of recipe.json, since it also records the folder that the recipe's paths are relative to. */
function startOf(folder: string): RunStarted {
  requireRun(folder);
  let started: RunStarted | undefined;
  for (const event of readEvents(folder)) if (event.type === 'run-started') started = event;
  if (started !== undefined) return started;
  throw new AttuneError('E_RUN_MISSING', {
    what: `${folder} does not record how its run was started`,
    expected: 'a run-started event in events.jsonl',
    fix: 'start the run again from its recipe',
  });
}

/**
 * Resolves paths against the folder in which the run was started or, if the whole project was moved, against the
 * folder at the same relative position.
 */
function locate(
  folder: string,
  { folder: recorded, base, recipe }: RunStarted,
): LocatedRecipe<Record<string, unknown>> & { base: string } {
  const stored = recipe as Record<string, unknown>;
  const moved = resolve(folder, relative(recorded, base));
  const located = [base, moved].map((start) => ({ base: start, ...locateRecipe(stored, start) }));
  const usable = located.find(({ missing }) => missing.length === 0);
  if (usable !== undefined) return usable;
  throw new AttuneError('E_RUN_FILES_MISSING', {
    what: `Files used by the run in ${folder} have moved or were deleted`,
    got: base === moved ? undefined : `the run was started in ${base}; they are not in ${moved} either`,
    problems: located[0].missing,
    fix: 'restore them, or move the run together with them',
  });
}
