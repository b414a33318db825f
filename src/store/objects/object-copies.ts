/** Local copies of objects in a bucket. Without a bucket, the files in the folder are originals. */
import { readdirSync, statSync, utimesSync, writeFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { greatest, smallest } from '../../base/many.ts';
import { makeFolders } from '../../files/make-folder.ts';

/** Time since which the folder holds copies; older files may be originals. */
export function copiesSince(folder: string): number {
  return statusOf(markPath(folder))?.mtimeMs ?? Infinity;
}

export function markFirstUse(folder: string): void {
  if (copiesSince(folder) < Infinity) return;
  makeFolders(folder);
  writeFileSync(markPath(folder), '');
}

/** Marks a folder that held copies as holding originals: none of its current files counts as a copy. */
export function markOwnUse(folder: string): void {
  // Files written now have finer timestamps.
  const now = new Date(Date.now() + 1);
  if (copiesSince(folder) < Infinity) utimesSync(markPath(folder), now, now);
}

function markPath(folder: string): string {
  return join(folder, '.copies-since');
}

/** Marks a copy as used by setting its access time, which file systems rarely update themselves. */
export function markUsed(path: string): void {
  const status = statusOf(path);
  if (status !== undefined) utimesSync(path, new Date(), status.mtime);
}

/** A file, or a folder of files, with a key. */
export interface Copy {
  key: string;
  path: string;
  bytes: number;
  /** Time of the earliest write, and of the latest use, over its files. */
  writtenAt: number;
  usedAt: number;
}

/** Copies of one kind, such as `files`. */
export function copiesOf(folder: string, kind: string): Copy[] {
  const place = join(folder, kind);
  if (statusOf(place)?.isDirectory() !== true) return [];
  return readdirSync(place).flatMap((name) => copyOf({ key: `${kind}/${name}`, path: join(place, name) }) ?? []);
}

/** Undefined if it no longer exists or is an empty folder. */
function copyOf({ key, path }: Pick<Copy, 'key' | 'path'>): Copy | undefined {
  const files = filesBelow(path);
  if (files.length === 0) return undefined;
  return {
    key,
    path,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    writtenAt: smallest(files.map(({ mtimeMs }) => mtimeMs)),
    usedAt: greatest(files.map(({ atimeMs }) => atimeMs)),
  };
}

function filesBelow(path: string): Stats[] {
  const status = statusOf(path);
  if (status?.isDirectory() !== true) return status === undefined ? [] : [status];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.flatMap((entry) => statusOf(join(entry.parentPath, entry.name)) ?? []);
}

function statusOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
