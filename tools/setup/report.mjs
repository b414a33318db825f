/** Messages of the set-up: one line for each action, with sizes and seconds. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command that runs the set-up again: a checkout has a lock file, an installed package has none. */
export const SETUP = existsSync(fileURLToPath(new URL('../../package-lock.json', import.meta.url)))
  ? 'node tools/setup.mjs'
  : 'npx attune setup';

/** A failure that the user can fix: what is wrong, and the commands or settings that fix it. */
export class SetupError extends Error {
  /**
   * @param {string} what
   * @param {string[]} fixes
   */
  constructor(what, fixes) {
    super([what, ...fixes.map((fix) => `  fix: ${fix}`)].join('\n'));
    this.name = 'SetupError';
    this.what = what;
    this.fixes = fixes;
  }
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

/**
 * @param {number} bytes
 * @returns {string} "235 MB"
 */
export function size(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}

/**
 * @param {number} start milliseconds, from Date.now()
 * @returns {string} "1.2 s"
 */
export function since(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}
