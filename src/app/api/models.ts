/** Models: known, fetched, made, exported. */
import { lazily } from './lazily.ts';

/**
 * Makes a new model for the items of your own data: `sasrec`, `two_tower` or `bpr_mf`.
 * @example
 * const { folder } = await createNewModel('sasrec', { data: 'baskets.jsonl', folder: 'items' });
 */
export const createNewModel = lazily('createNewModel');
