import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listCheckpoints } from './checkpoints.ts';
import { isRunFolder, readEvents } from './run-folder.ts';
import { findLockOwner } from './run-lock.ts';

/**
 * A folder for a new run: `folder` itself, or `folder-2`, `folder-3`, … if earlier ones contain runs. The folder of a
 * run that failed before its first step is reused.
 */
export function freeRunFolder(folder: string): string {
  const taken = numbered(folder).filter(({ path }) => hasBegun(path));
  const last = taken.at(-1)?.number;
  return last === undefined ? folder : `${folder}-${last + 1}`;
}

/** Folder for a run that continues another: `tickets-2` is followed by `tickets-3`, if `tickets` is a run too. */
export function nextRunFolder(folder: string): string {
  const first = folder.replace(/-[1-9]\d{0,5}$/, '');
  return freeRunFolder(first !== folder && isRunFolder(first) ? first : folder);
}

/** The newest run among `folder`, `folder-2`, …; `folder` if there is none. */
export function latestRunFolder(folder: string): string {
  return numbered(folder).findLast(({ path }) => isRunFolder(path))?.path ?? folder;
}

/** The existing folders by number. */
function numbered(folder: string): { number: number; path: string }[] {
  const found = namesIn(dirname(folder)).flatMap((name) => {
    const number = numberOf(name, basename(folder));
    return number === undefined ? [] : [{ number, path: number === 1 ? folder : join(dirname(folder), name) }];
  });
  return found.toSorted((a, b) => a.number - b.number);
}

function numberOf(name: string, first: string): number | undefined {
  if (name === first) return 1;
  const digits = name.startsWith(`${first}-`) ? name.slice(first.length + 1) : '';
  return /^[1-9]\d{0,5}$/.test(digits) && digits !== '1' ? Number(digits) : undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function hasBegun(folder: string): boolean {
  if (!isRunFolder(folder)) return false;
  if (findLockOwner(folder) !== undefined || listCheckpoints(folder).length > 0) return true;
  for (const { type } of readEvents(folder)) if (type === 'step-finished' || type === 'run-finished') return true;
  return false;
}
