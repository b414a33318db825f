import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from './make-folder.ts';
import { fileMode } from './private.ts';
import { temporaryName } from './temporary.ts';
import { writeFailure } from './write-failure.ts';

export { writeFailure } from './write-failure.ts';

/**
 * Writes a file atomically with a temporary file, fsync and rename: readers see either the old or the new content,
 * also after a crash. `mode`: permissions, if they differ from the user's default.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode?: number): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  writeAtomic(path, (descriptor) => writeAll(descriptor, bytes), mode);
}

/** `writeFileAtomic` for content written piece by piece into the open descriptor. */
export function writeAtomic(path: string, write: (descriptor: number) => void, mode = fileMode(path)): void {
  const temporary = temporaryName(path);
  try {
    makeFolders(dirname(path));
    const descriptor = openSync(temporary, 'wx', mode);
    try {
      write(descriptor);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    // Even a forced removal fails if the folder could not be created.
    if (existsSync(temporary)) rmSync(temporary);
    throw writeFailure(path, error);
  }
}

/** Fails early if a file cannot be written, before the work that produces its content. @throws E_NOT_WRITABLE, E_DISK_FULL */
export function requireWritable(path: string): void {
  const trial = temporaryName(path);
  try {
    makeFolders(dirname(path));
    closeSync(openSync(trial, 'wx'));
    // A folder at this path would otherwise be discovered only at the rename.
    if (existsSync(path)) closeSync(openSync(path, 'r+'));
  } catch (error) {
    throw writeFailure(path, error);
  } finally {
    if (existsSync(trial)) rmSync(trial);
  }
}

/** Writes every byte, at the file's own position unless given; short writes, as on a full disk, are retried until they fail. */
export function writeAll(descriptor: number, data: Uint8Array, position?: number): void {
  for (let offset = 0; offset < data.byteLength;) {
    const at = position === undefined ? null : position + offset;
    offset += writeSync(descriptor, data, offset, Math.min(data.byteLength - offset, 1 << 30), at);
  }
}

/** Makes a rename durable: the folder's entry must reach the disk too. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
