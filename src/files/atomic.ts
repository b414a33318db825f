import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { makeFolders } from './make-folder.ts';

/** Writes a file so that a reader or a crash sees the old one or the new one, never a part: temporary file, fsync, rename. */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  writeAtomic(path, (descriptor) => writeAll(descriptor, typeof data === 'string' ? Buffer.from(data) : data));
}

/** `writeFileAtomic` for content written piece by piece into the open descriptor. */
export function writeAtomic(path: string, write: (descriptor: number) => void): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    makeFolders(dirname(path));
    const descriptor = openSync(temporary, 'wx');
    try {
      write(descriptor);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    // Even a forced removal fails where the folder could not be made.
    if (existsSync(temporary)) rmSync(temporary);
    throw writeFailure(path, error);
  }
}

/** Refuses a file that cannot be written, before the work whose outcome it is to hold. @throws E_NOT_WRITABLE, E_DISK_FULL */
export function requireWritable(path: string): void {
  const trial = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    makeFolders(dirname(path));
    closeSync(openSync(trial, 'wx'));
    // A folder in the file's place would be found out only when the file is renamed.
    if (existsSync(path)) closeSync(openSync(path, 'r+'));
  } catch (error) {
    throw writeFailure(path, error);
  } finally {
    if (existsSync(trial)) rmSync(trial);
  }
}

/** Writes every byte; a short write (a disk that fills) is retried until it fails. */
export function writeAll(descriptor: number, data: Uint8Array): void {
  for (let offset = 0; offset < data.byteLength;) {
    offset += writeSync(descriptor, data, offset, Math.min(data.byteLength - offset, 1 << 30));
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

/** ENOENT too: some file systems (/proc) answer so where nothing can be made. */
const NOT_WRITABLE = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOENT']);

const NO_SPACE: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: "the user's share of the disk is full",
  EFBIG: 'the file would be larger than the system lets this process write (ulimit -f)',
};

/** Turns the system's error into one that says what to do; any other error passes through. */
export function writeFailure(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const full = code === undefined ? undefined : NO_SPACE[code];
  if (full !== undefined) {
    return new AttuneError('E_DISK_FULL', {
      what: `Cannot write ${path}: ${full}`,
      fix: 'free some space, then repeat the command or resume the run; nothing that was already saved is lost',
      cause: error,
    });
  }
  if (code !== undefined && NOT_WRITABLE.has(code)) {
    return new AttuneError('E_NOT_WRITABLE', {
      what: `Cannot write ${path}`,
      got: (error as Error).message,
      fix: 'choose a folder that you may write to',
      cause: error,
    });
  }
  return error;
}
