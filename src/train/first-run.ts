/** Code that a recipe brings along is told of before it runs for the first time: who got the recipe from somebody may look. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { attuneHome } from '../base/home.ts';
import { writeFileAtomic } from '../files/atomic.ts';

export type FirstRunListener = (message: string) => void;

/** Until somebody listens, it is a warning of the process. */
let tell: FirstRunListener = (message) => process.emitWarning(message, { code: 'W_CODE_RUN' });

/** Where it is told from now on: a job's events, or the terminal. */
export function onFirstRun(listener: FirstRunListener): void {
  tell = listener;
}

/** Tells of code that this user has not run before; changed by a letter, it is other code. */
export function announceFirstRun(reference: string, hash: string): void {
  const mark = join(attuneHome(), 'code-run', hash.replaceAll(/\W/g, '-'));
  if (existsSync(mark)) return;
  tell(`runs code for the first time: ${reference} (${hash.slice(0, 19)}…); it may do whatever you may`);
  try {
    writeFileAtomic(mark, `${reference}\n`);
  } catch {
    // Where nothing can be kept, it is told again the next time.
  }
}
