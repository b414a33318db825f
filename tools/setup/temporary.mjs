/** Files and folders that are renamed into place when they are complete. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

let count = 0;

/** @param {string} path @returns {string} next to it, under a unique name that includes the process id */
export function temporaryPath(path) {
  return `${path}.${count++}.${process.pid}.tmp`;
}

/**
 * Removes what set-ups that were killed have left behind.
 * @param {string[]} folders
 */
export function dropAbandoned(folders) {
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      const owner = /\.(\d+)\.tmp(\.gch)?$/.exec(name)?.[1];
      if (owner !== undefined && !isRunning(Number(owner)))
        rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isRunning(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
