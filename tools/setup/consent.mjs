/**
 * Decides whether the set-up may change the machine: it asks if there is a terminal, proceeds in CI, and otherwise
 * prints the command to run.
 */
import { createInterface } from 'node:readline/promises';
import { SETUP, SetupError } from './report.mjs';

/**
 * @typedef {object} Consent
 * @property {'yes' | 'ask' | 'refuse'} mode
 */

/**
 * @param {object} facts
 * @param {boolean} facts.yes whether --yes was given
 * @param {boolean} facts.terminal whether standard input is a terminal
 * @param {boolean} facts.isRoot
 * @param {NodeJS.ProcessEnv} facts.environment
 * @returns {Consent['mode']}
 */
export function consentMode({ yes, terminal, isRoot, environment }) {
  if (yes || isTrue(environment.ATTUNE_YES) || isTrue(environment.CI)) return 'yes';
  if (terminal) return 'ask';
  // Root without a terminal usually means a container build: there nobody could answer.
  return isRoot ? 'yes' : 'refuse';
}

function isTrue(value) {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());
}

/**
 * @param {Consent['mode']} mode
 * @param {string} question "Install g++ with apt-get (45 MB)?"
 * @param {string[]} byHand commands that do the same
 * @returns {Promise<void>} resolves if the set-up may proceed, throws a SetupError if not
 */
export async function askFirst(mode, question, byHand) {
  if (mode === 'yes') return;
  if (mode === 'refuse') throw new SetupError(`${question} Nobody is there to answer.`, [...byHand, `${SETUP} --yes`]);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await terminal.question(`${question} [Y/n] `)).trim().toLowerCase();
    if (!['', 'y', 'yes'].includes(answer)) throw new SetupError('Not installed, as you wish.', byHand);
  } finally {
    terminal.close();
  }
}
