import { displayPath } from '../../files/find-files.ts';

/** A path as one would type it here. */
export function shortPath(path: string): string {
  return displayPath(path, process.cwd());
}
