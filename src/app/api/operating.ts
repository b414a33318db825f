/** Models in use: registered, promoted, rolled back. */
import { lazily } from './lazily.ts';

/**
 * The recipe of a run again, on another base model; `train` runs it.
 * @example
 * const { folder } = await train(await retuneRecipe('runs/tickets', { model: 'bases/new' }));
 */
export const retuneRecipe = lazily('retuneRecipe');
