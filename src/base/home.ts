import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where attune keeps what outlives a run: the index of runs. `ATTUNE_HOME`, else the desktop's data folder. */
export function attuneHome(environment: NodeJS.ProcessEnv = process.env): string {
  const { ATTUNE_HOME, XDG_DATA_HOME } = environment;
  if (ATTUNE_HOME) return resolve(ATTUNE_HOME);
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'attune');
}

/** Where Node keeps the compiled code of attune itself: of one user, since what lies there is run, and whatever ATTUNE_HOME says. */
export function codeCache(): string {
  return process.env.NODE_COMPILE_CACHE || join(attuneCache({ ...process.env, ATTUNE_HOME: undefined }), 'code');
}

/** Folder for data that can be rebuilt: tokenised rows, downloads. `ATTUNE_HOME/cache`, otherwise the desktop's. */
export function attuneCache(environment: NodeJS.ProcessEnv = process.env): string {
  const { ATTUNE_HOME, XDG_CACHE_HOME } = environment;
  if (ATTUNE_HOME) return join(resolve(ATTUNE_HOME), 'cache');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'attune');
}
