/** Runs of any process: their state and their reports. */
import { lazily } from './lazily.ts';

/**
 * Serves a run's report on this machine, with a form to try the model, until it is closed.
 * @example
 * const page = await openPage('runs/tickets');
 */
export const openPage = lazily('openPage');
