import { displayPath } from '../../files/find-files.ts';

/** A path as a user would type it in the current folder. */
export function shortPath(path: string): string {
  return displayPath(path, process.cwd());
}
