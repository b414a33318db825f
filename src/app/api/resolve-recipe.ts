/** Resolves recipes without training. */
import { lazily } from './lazily.ts';

/**
 * Checks a whole recipe and fills in all defaults; reports all problems at once (E_RECIPE). Rows may be in memory.
 * @example
 * const recipe = await resolveRecipe({ model: 'attune-base', data: { train: rows } });
 */
export const resolveRecipe = lazily('resolveRecipe');

/**
 * Reads and checks a recipe file: YAML, JSON, or a program whose default export is a recipe.
 * @example
 * const recipe = await resolveRecipeFile('tickets.yaml');
 */
export const resolveRecipeFile = lazily('resolveRecipeFile');
