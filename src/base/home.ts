import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Folder for data that outlive a run, such as the index of runs: `ATTUNE_HOME`, otherwise the desktop's data folder.
 */
export function attuneHome(environment: NodeJS.ProcessEnv = process.env): string {
  const { ATTUNE_HOME, XDG_DATA_HOME } = environment;
  if (ATTUNE_HOME) return resolve(ATTUNE_HOME);
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'attune');
}

/** Node's compile cache for attune's own code. It is per user, since its content is executed, and independent of ATTUNE_HOME. */
export function codeCache(): string {
  return process.env.NODE_COMPILE_CACHE || join(attuneCache({ ...process.env, ATTUNE_HOME: undefined }), 'code');
}

/**
 * Folder for data that can be rebuilt, such as tokenised rows and downloads: `ATTUNE_HOME/cache`, otherwise the
 * desktop's cache folder.
 */
export function attuneCache(environment: NodeJS.ProcessEnv = process.env): string {
  const { ATTUNE_HOME, XDG_CACHE_HOME } = environment;
  if (ATTUNE_HOME) return join(resolve(ATTUNE_HOME), 'cache');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'attune');
}
