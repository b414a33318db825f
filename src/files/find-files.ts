import { pushAll } from '../base/many.ts';
import { globSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';

export interface FindOptions {
  /** The folder to which relative paths refer. */
  base: string;
  /** Extensions searched for in folders: `.jsonl`, `.csv.gz`, …; a file or glob may name any. */
  extensions: readonly string[];
}

/** Absolute paths of the files that a path denotes, in a fixed order: a file, a folder with everything below it, or a glob. */
export function findFiles(pattern: string, options: FindOptions): string[] {
  const path = resolve(options.base, pattern);
  const stats = statOf(path);
  if (stats?.isDirectory()) return someFiles(pattern, filesBelow(path, options.extensions), options);
  if (stats !== undefined) return [path];
  if (!/[*?[{]/.test(pattern)) throw missing(pattern, path);
  const matches = globSync(pattern, { cwd: options.base }).map((match) => resolve(options.base, match));
  const files = matches.filter((match) => statOf(match)?.isDirectory() === false).sort();
  return someFiles(pattern, files, options);
}

/** Whether the path names a folder. */
export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** A file's display name: relative to the base if it lies below it. */
export function displayPath(path: string, base: string): string {
  const inside = relative(base, path);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/**
 * Follows links (a hub cache consists of them) and visits each real folder once, so that cycles end. Skips hidden
 * files.
 */
function filesBelow(folder: string, extensions: readonly string[], visited = new Set<string>()): string[] {
  const real = realpathSync(folder);
  if (visited.has(real)) return [];
  visited.add(real);
  const files: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const stats = statOf(path);
    if (stats?.isDirectory()) pushAll(files, filesBelow(path, extensions, visited));
    else if (stats !== undefined && extensions.some((extension) => name.endsWith(extension))) files.push(path);
  }
  return files;
}

function someFiles(pattern: string, files: string[], options: FindOptions): string[] {
  if (files.length > 0) return files;
  throw new AttuneError('E_NO_FILES', {
    what: `No data file matches ${pattern}`,
    expected: `files that end in ${options.extensions.join(', ')}`,
    fix: 'check the folder or the pattern',
  });
}

function missing(pattern: string, path: string): AttuneError {
  const folder = dirname(path);
  const close = isFolder(folder) ? nearest(basename(path), readdirSync(folder)) : undefined;
  const fix = close === undefined ? 'check the path' : `did you mean "${join(dirname(pattern), close)}"?`;
  return new AttuneError('E_FILE_MISSING', { what: `There is no file or folder ${pattern}`, fix });
}
