import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { folderMode } from './private.ts';

/**
 * Makes a folder and those above it. Node's own recursive mkdir never returns where a file system answers ENOENT for
 * folders that cannot be made, as /proc does.
 * @returns the topmost folder that had to be made; undefined where all were there
 */
export function makeFolders(folder: string): string | undefined {
  const missing: string[] = [];
  for (let path = resolve(folder); !exists(path); path = dirname(path)) missing.push(path);
  for (const path of missing.toReversed()) makeOne(path);
  if (missing.length === 0 && !statSync(folder).isDirectory()) mkdirSync(folder);
  return missing.at(-1);
}

/** Another process may have made it in between. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, folderMode(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

/** Unlike `existsSync`, a folder that may not be looked into is no missing one. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}
