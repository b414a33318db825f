import { existsSync } from 'node:fs';
import type { Recipe } from '../training/recipe/recipe.ts';
import { showRun } from './find-runs.ts';
import { storedRecipe } from './stored-run.ts';

/** A run that had nothing left to do. */
export interface FinishedBefore {
  outcome: 'finished-before';
  folder: string;
  step: number;
  result: string;
}

/** Trains a run's own recipe again, unless the run is finished. @throws AttuneError E_RUN_MISSING and as `storedRecipe` */
export async function resumeRun<Outcome>(
  run: string,
  start: (recipe: Recipe) => Promise<Outcome>,
): Promise<Outcome | FinishedBefore> {
  const { folder, status, result, step } = await showRun(run);
  // A result that is gone is written again from the last checkpoint.
  if (status === 'finished' && result !== undefined && existsSync(result))
    return { outcome: 'finished-before', folder, step, result };
  return start(await storedRecipe(folder));
}
