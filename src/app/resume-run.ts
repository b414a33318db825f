import { existsSync } from 'node:fs';
import type { Recipe } from '../training/recipe/recipe.ts';
import { showRun } from './find-runs.ts';
import { storedRecipe } from './stored-run.ts';

/** Outcome for a run that was already finished. */
export interface FinishedBefore {
  outcome: 'finished-before';
  folder: string;
  step: number;
  result: string;
}

/** Resumes a run with its stored recipe, unless it is finished. @throws AttuneError E_RUN_MISSING and as `storedRecipe` */
export async function resumeRun<Outcome>(
  run: string,
  start: (recipe: Recipe) => Promise<Outcome>,
): Promise<Outcome | FinishedBefore> {
  const { folder, status, result, step } = await showRun(run);
  // A deleted result is written again from the last checkpoint.
  if (status === 'finished' && result !== undefined && existsSync(result))
    return { outcome: 'finished-before', folder, step, result };
  return start(await storedRecipe(folder));
}
