import { resolve, sep } from 'node:path';
import { attuneCache, attuneHome } from '../base/home.ts';

/** Mode of files readable by their user alone, such as rows about customers. */
export const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Caches hold rows, answers and pictures unencrypted, so files in attune's own folders are private to the user. */
export function fileMode(path: string): number | undefined {
  return isOwn(path) ? PRIVATE_FILE : undefined;
}

export function folderMode(path: string): number | undefined {
  return isOwn(path) ? PRIVATE_FOLDER : undefined;
}

function isOwn(path: string): boolean {
  const absolute = resolve(path);
  return [attuneHome(), attuneCache()].some((root) => absolute === root || absolute.startsWith(root + sep));
}
