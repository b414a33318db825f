/** Models in use: registered, promoted, rolled back. */
import { lazily } from './lazily.ts';

/**
 * Makes a run's result, an adapter or a model folder the next version of a registered model.
 * @example
 * const { version } = await registerModel('tickets', 'runs/tickets');
 */
export const registerModel = lazily('registerModel');

/**
 * Makes a version what a model's name answers with, at once or after a trial beside the champion, where it passes its gate.
 * @example
 * await promoteModel('tickets', { canary: 0.1, bake: 7_200_000, guards: ['error_rate<1%'] });
 */
export const promoteModel = lazily('promoteModel');

/**
 * Takes a version out of use that is tried, or else goes back to the champion before.
 * @example
 * await rollbackModel('tickets', { reason: 'answers in English' });
 */
export const rollbackModel = lazily('rollbackModel');

/**
 * Versions of a registered model, and how its aliases moved.
 * @example
 * const { aliases, versions } = await modelHistory('tickets');
 */
export const modelHistory = lazily('modelHistory');
