/** Runs of any process: what is known of them, and the reports about them. */
import { lazily } from './lazily.ts';

/**
 * Serves a run's report to this machine's browser, with a box to try the model, until it is closed.
 * @example
 * const page = await openPage('runs/tickets');
 */
export const openPage = lazily('openPage');
