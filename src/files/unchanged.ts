/** Detects writes to memory-mapped files, which would change the mapped content. */
import { statSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';

interface Watched {
  inode: bigint;
  bytes: bigint;
  writtenAt: bigint;
}

const watched = new Map<string, Watched>();

/** Records the current state of a file. */
export function watchFile(path: string): void {
  const found = look(path);
  if (found !== undefined) watched.set(path, found);
}

/**
 * Fails if a watched file was written to. A file replaced by a rename stays mapped with its old content. @throws
 * AttuneError E_WEIGHTS_CHANGED
 */
export function refuseChanged(): void {
  for (const [path, before] of watched) {
    const now = look(path);
    if (now === undefined || now.inode !== before.inode) continue;
    if (now.bytes === before.bytes && now.writtenAt === before.writtenAt) continue;
    throw new AttuneError('E_WEIGHTS_CHANGED', {
      what: `${path} was changed while it was in use`,
      got: now.bytes === before.bytes ? 'different content of the same size' : `${now.bytes} bytes`,
      expected: `the original ${before.bytes} bytes`,
      fix: 'restore the original and start again; put new versions into another folder',
    });
  }
}

/** For tests: otherwise files are watched for the life of the process. */
export function forgetWatched(): void {
  watched.clear();
}

function look(path: string): Watched | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && { inode: stats.ino, bytes: stats.size, writtenAt: stats.mtimeNs };
}
