import { displayPath } from '../../files/find-files.ts';

/** A path as one would type it here. */
export function shortPath(path: string): string {
  return displayPath(path, process.cwd());
}

/** A word as a shell takes it: in quotes where it holds more than names of files usually do. */
export function shellWord(text: string): string {
  return /^[\w./@:+=,%~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
