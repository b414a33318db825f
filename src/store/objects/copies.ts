/** This machine's copies of objects in a bucket. Where the folder is all there is, nothing in it is a copy. */
import { readdirSync, statSync, utimesSync, writeFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { greatest, smallest } from '../../base/many.ts';
import { makeFolders } from '../../files/make-folder.ts';

/** Since when the folder holds copies of objects in a bucket; what was there before may be all that there is of it. */
export function copiesSince(folder: string): number {
  return statusOf(markPath(folder))?.mtimeMs ?? Infinity;
}

export function markFirstUse(folder: string): void {
  if (copiesSince(folder) < Infinity) return;
  makeFolders(folder);
  writeFileSync(markPath(folder), '');
}

/** Something is kept in the folder alone, although it has been used for copies: of what is there now nothing is one. */
export function markOwnUse(folder: string): void {
  // A file of this moment has a finer time.
  const now = new Date(Date.now() + 1);
  if (copiesSince(folder) < Infinity) utimesSync(markPath(folder), now, now);
}

function markPath(folder: string): string {
  return join(folder, '.copies-since');
}

/** Says that a copy is used. When it was last used is its time of access; file systems seldom write that by themselves. */
export function markUsed(path: string): void {
  const status = statusOf(path);
  if (status !== undefined) utimesSync(path, new Date(), status.mtime);
}

/** A file, or a folder of them, that is known by a key. */
export interface Copy {
  key: string;
  path: string;
  bytes: number;
  /** When it was written, of all files the first; and used, of all files the last. */
  writtenAt: number;
  usedAt: number;
}

/** Copies of a kind, such as `files`. */
export function copiesOf(folder: string, kind: string): Copy[] {
  const place = join(folder, kind);
  if (statusOf(place)?.isDirectory() !== true) return [];
  return readdirSync(place).flatMap((name) => copyOf({ key: `${kind}/${name}`, path: join(place, name) }) ?? []);
}

/** Undefined where it is gone by now, or an empty folder. */
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
