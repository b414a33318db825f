/** Runs of any process: what is known of them, and the reports about them. */
import { lazily } from './lazily.ts';

/**
 * What a run has come to, by its folder, name or id: status, losses, checkpoints, comparison.
 * @example
 * const { status, checkpoints } = await showRun('runs/tickets');
 */
export const showRun = lazily('showRun');

/**
 * Follows a run of another process to its end: its events so far, then those to come.
 * @example
 * const summary = await attachRun('runs/tickets', (event) => console.log(event.type));
 */
export const attachRun = lazily('attachRun');

/**
 * Asks a run to save and stop, and waits until it has; `kill` ends it at once.
 * @example
 * const { status } = await stopRun('runs/tickets');
 */
export const stopRun = lazily('stopRun');

/**
 * Writes a run's report.html and report.json anew, and its model card.
 * @example
 * const { html } = await reportRun('runs/tickets');
 */
export const reportRun = lazily('reportRun');

/**
 * Serves a run's report to this machine's browser, with a box to try the model, until it is closed.
 * @example
 * const page = await openPage('runs/tickets');
 */
export const openPage = lazily('openPage');

/**
 * The data that runs have used, newest first, by the hash of their rows.
 * @example
 * const dataSets = await findDataSets({ folders: ['runs'] });
 */
export const findDataSets = lazily('findDataSets');

/**
 * Deletes runs with their folders; running ones are refused.
 * @example
 * await deleteRuns(['runs/tickets-2']);
 */
export const deleteRuns = lazily('deleteRuns');

/**
 * Gives a run another name: its folder, its result's notes and card, and the index of runs.
 * @example
 * const { folder } = await renameRunTo('runs/tickets-2', 'tickets-low-rate');
 */
export const renameRunTo = lazily('renameRunTo');
