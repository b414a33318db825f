import { AttuneError, type Problem } from '../../base/errors.ts';
import { recipeKeys } from './keys.ts';
import { problemAt } from './origin.ts';
import { readRecipeFile } from './read-recipe.ts';
import { settle, type RecipeFlags } from './settle-recipe.ts';

/**
 * Adds the recipe's line or the flag's name to a run's error about its recipe. Returns other errors unchanged, also
 * if the recipe can no longer be read.
 */
export async function placeProblems(error: unknown, file: string, flags: RecipeFlags): Promise<unknown> {
  if (!(error instanceof AttuneError) || error.problems.every((problem) => !isUnplaced(problem))) return error;
  try {
    const { tree, origin } = await readRecipeFile(file);
    const settings = await settle(tree as Record<string, unknown>, origin, flags, await recipeKeys());
    const problems = error.problems.map((problem): Problem => {
      const setting = isUnplaced(problem) ? settings.get(problem.field) : undefined;
      return setting === undefined ? problem : problemAt(origin, setting.written, problem.message, problem.fix);
    });
    return new AttuneError(error.code, { ...error, problems, cause: error.cause });
  } catch {
    return error;
  }
}

function isUnplaced(problem: Problem): problem is Problem & { field: string } {
  return problem.file === undefined && problem.field !== undefined;
}
