import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { displayPath } from '../files/find-files.ts';
import { nextRunFolder } from '../store/numbered-folder.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { resolveRecipe } from './recipe/index.ts';
import { showRun } from './find-runs.ts';
import { storedRecipe } from './stored-run.ts';
import type { useCase } from './use-cases/retune.ts';
import type { OptionsOf } from './use-cases/use-case.ts';

/**
 * A run's recipe for another base model: with the same rows and splits, and new defaults for settings that the old
 * recipe left open. `train` runs it. @throws AttuneError E_RUN_MISSING, E_SAME_MODEL, E_RECIPE
 */
export async function retuneRecipe(wanted: string, { model, output }: OptionsOf<typeof useCase>): Promise<Recipe> {
  const run = await showRun(wanted);
  const recipe = await storedRecipe(run.folder);
  if (isSame(model, recipe.model)) {
    throw new AttuneError('E_SAME_MODEL', {
      what: `The run in ${displayPath(run.folder, process.cwd())} already tunes ${model}`,
      fix: 'choose another base: attune retune RUN --model NEW_BASE',
    });
  }
  const output_dir = output ?? displayPath(nextRunFolder(run.folder), process.cwd());
  // The old base's template does not suit another base, unless the recipe has its own template file.
  const { chat_template: template } = recipe.data;
  const keeps = template === null || template === 'attune-tools' || existsSync(resolve(template));
  const data = { ...recipe.data, ...(!keeps && { chat_template: null }) };
  return resolveRecipe({ ...recipe, data, model, output_dir, continued_from: null });
}

function isSame(a: string, b: string): boolean {
  return a === b || (existsSync(a) && existsSync(b) && resolve(a) === resolve(b));
}
