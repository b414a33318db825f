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

/**
 * What a registered model was made of: run, base, files of rows, documents, and who did what to it.
 * @example
 * const { data, audit } = await modelLineage('tickets@3');
 */
export const modelLineage = lazily('modelLineage');

/**
 * Every registered version that a document or a file of rows went into.
 * @example
 * const { models } = await documentLineage('contracts/miller.pdf');
 */
export const documentLineage = lazily('documentLineage');

/**
 * Every version that was trained on what a user of served models said.
 * @example
 * const { models, answers } = await userLineage('customer-4711');
 */
export const userLineage = lazily('userLineage');

/**
 * Who did what to registered models and jobs, when, and on which hashes.
 * @example
 * const [last] = await auditLog({ subject: 'tickets', limit: 1 });
 */
export const auditLog = lazily('auditLog');

/**
 * What each API key has used of served models in the last days.
 * @example
 * const [most] = await keyUsage({ days: 30 });
 */
export const keyUsage = lazily('keyUsage');

/**
 * Copies registry, traces and keys into an empty PostgreSQL database that several servers share, and compares every row;
 * ATTUNE_STORE names it from then on. Files and models go to a bucket of S3, which ATTUNE_OBJECTS names, or come from one.
 * @example
 * const { moved } = await moveStore({ to: 'postgres://attune@db.example.org/attune' });
 * const { objects } = await moveStore({ to: 's3://attune/shop' });
 */
export const moveStore = lazily('moveStore');

/**
 * The recipe of a run again, on another base model; `train` runs it.
 * @example
 * const { folder } = await train(await retuneRecipe('runs/tickets', { model: 'bases/new' }));
 */
export const retuneRecipe = lazily('retuneRecipe');
