import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder, writeFailure } from './atomic.ts';
import { makeFolders } from './make-folder.ts';

const UNFINISHED = '.unfinished-';
const REPLACED = '.replaced-';

/**
 * Writes a folder under a temporary name next to the target, then renames it; an existing folder is replaced. `write`
 * must sync the files' contents (atomic writes do). Only one process may write a folder at a time.
 */
export async function writeWholeFolder<Result>(
  folder: string,
  write: (draft: string) => Result | Promise<Result>,
): Promise<Result> {
  const draft = beside(folder, UNFINISHED);
  try {
    makeFolders(dirname(folder));
    tidyFolder(folder);
    mkdirSync(draft);
    const result = await write(draft);
    syncFolder(draft);
    if (existsSync(folder)) renameSync(folder, beside(folder, REPLACED));
    renameSync(draft, folder);
    syncFolder(dirname(folder));
    return result;
  } catch (error) {
    throw writeFailure(folder, error);
  } finally {
    tidyFolder(folder);
  }
}

/** Renamed before deletion, so that a crash leaves no incomplete folder. */
export function removeWholeFolder(folder: string): void {
  const doomed = beside(folder, UNFINISHED);
  rmSync(doomed, { recursive: true, force: true });
  renameSync(folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}

/** Removes folders that a crash left half written, and restores those it left half replaced. */
export function tidyFolder(folder: string): void {
  const replaced = beside(folder, REPLACED);
  if (existsSync(replaced)) {
    if (existsSync(folder)) rmSync(replaced, { recursive: true, force: true });
    else renameSync(replaced, folder);
  }
  const draft = beside(folder, UNFINISHED);
  if (existsSync(draft)) rmSync(draft, { recursive: true, force: true });
}

/** Runs `tidyFolder` on everything in a folder. */
export function tidyFoldersIn(parent: string): void {
  const names = existsSync(parent) ? readdirSync(parent) : [];
  for (const mark of [REPLACED, UNFINISHED]) {
    const marked = names.filter((name) => name.startsWith(mark));
    for (const name of marked) tidyFolder(join(parent, name.slice(mark.length)));
  }
}

function beside(folder: string, mark: string): string {
  return join(dirname(folder), `${mark}${basename(folder)}`);
}
