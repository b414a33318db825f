/** Announces code from a recipe before it runs for the first time, so that recipients of a recipe can review it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { attuneHome } from '../base/home.ts';
import { writeFileAtomic } from '../files/atomic.ts';

export type FirstRunListener = (message: string) => void;

/** Without a listener, emits a process warning. */
let tell: FirstRunListener = (message) => process.emitWarning(message, { code: 'W_CODE_RUN' });

/** Sets the listener: a job's events, or the terminal. */
export function onFirstRun(listener: FirstRunListener): void {
  tell = listener;
}

/** Announces code that this user has not run before; any change makes it new. */
export function announceFirstRun(reference: string, hash: string): void {
  const mark = join(attuneHome(), 'code-run', hash.replaceAll(/\W/g, '-'));
  if (existsSync(mark)) return;
  tell(`runs code for the first time: ${reference} (${hash.slice(0, 19)}…); it has all your permissions`);
  try {
    writeFileAtomic(mark, `${reference}\n`);
  } catch {
    // If the mark cannot be stored, the code is announced again next time.
  }
}
