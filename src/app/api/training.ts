/** From a recipe to a trained model, and what becomes of its run. */
import { lazily } from './lazily.ts';

/**
 * Writes a recipe for data of any kind, as `attune init` does: which columns are what, which objective and base suit.
 * @example
 * const { recipe, objective } = await initRecipe('tickets.csv', { text: ['subject', 'body'], label: 'queue' });
 */
export const initRecipe = lazily('initRecipe');

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
 * Memory, time and money that tuning a model takes, here and on common GPUs, from its config.json alone: LoRA, QLoRA and
 * all weights side by side, or any tuning, storage and optimiser.
 * @example
 * const { plans, estimates } = await estimate('attune-base', { recipe: { tuning: { method: 'lora', r: 8 }, storage: 'nf4' } });
 */
export const estimate = lazily('estimate');

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
 * Downloads example rows, trains on them and measures what that was worth, as `npm start` does.
 * @example
 * const { folder } = await quickstart({ onStage: ({ title }) => console.log(title) });
 */
export const quickstart = lazily('quickstart');

/**
 * Whether the engine and its kernels are right on this machine.
 * @example
 * const { kernels } = await doctor();
 */
export const doctor = lazily('doctor');

/**
 * The recipe that goes on from a finished run's last checkpoint with a new schedule, as `attune runs continue` does.
 * @example
 * const { folder } = await train(await continuedRecipe('runs/tickets', { epochs: 2 }));
 */
export const continuedRecipe = lazily('continuedRecipe');
