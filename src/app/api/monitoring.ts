/** Models in use: what is measured of their answers, and what people say of them. */
import { lazily } from './lazily.ts';

/**
 * What was measured of what a model answered, and which alarms are open; a page with pictures of it.
 * @example
 * const { versions } = await monitorModel('tickets', { page: 'tickets.html' });
 */
export const monitorModel = lazily('monitorModel');

/**
 * Forgets a user of served models: their answers, their feedback, and the key by which copies could be read.
 * @example
 * const { traces } = await eraseUser('customer-4711');
 */
export const eraseUser = lazily('eraseUser');
