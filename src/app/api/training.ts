/** From a recipe to a trained model, and what becomes of its run. */
import { lazily } from './lazily.ts';

/**
 * Checks a whole recipe and fills every default; all problems are told at once (E_RECIPE). Rows in memory are read here.
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

/**
 * Trains a resolved recipe in a worker process. `dryRun` checks everything and tries the longest batch; `resume` goes
 * on from the newest checkpoint, to the same bytes.
 * @example
 * const { folder, result, comparison } = await train(recipe);
 */
export const train = lazily('train');

/**
 * Starts a run that goes on when this process ends; `attachRun` follows it, `stopRun` ends it.
 * @example
 * const { folder, pid } = await trainDetached(recipe);
 */
export const trainDetached = lazily('trainDetached');

/**
 * The recipe that a run was started with, for `train(recipe, { resume: true })`.
 * @example
 * const recipe = await storedRecipe('runs/tickets');
 */
export const storedRecipe = lazily('storedRecipe');

/**
 * The recipe that goes on from a finished run's last checkpoint with a new schedule, as `attune runs continue` does.
 * @example
 * const { folder } = await train(await continuedRecipe('runs/tickets', { epochs: 2 }));
 */
export const continuedRecipe = lazily('continuedRecipe');
