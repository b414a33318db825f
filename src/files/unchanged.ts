/** Files whose pages are used in place for hours: what is written into them meanwhile would be used as well. */
import { statSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';

interface Watched {
  inode: bigint;
  bytes: bigint;
  writtenAt: bigint;
}

const watched = new Map<string, Watched>();

/** Remembers what a file is like now. */
export function watchFile(path: string): void {
  const found = look(path);
  if (found !== undefined) watched.set(path, found);
}

/**
 * Fails if a watched file was written to. A file that another one replaced by name is still open, unchanged.
 * @throws AttuneError E_WEIGHTS_CHANGED
 */
export function refuseChanged(): void {
  for (const [path, before] of watched) {
    const now = look(path);
    if (now === undefined || now.inode !== before.inode) continue;
    if (now.bytes === before.bytes && now.writtenAt === before.writtenAt) continue;
    throw new AttuneError('E_WEIGHTS_CHANGED', {
      what: `${path} was written to while it was in use`,
      got: now.bytes === before.bytes ? 'other content of the same size' : `${now.bytes} bytes`,
      expected: `the ${before.bytes} bytes that were there at the beginning`,
      fix: 'put the original back and begin again; give a new version another folder',
    });
  }
}

/** For tests: files of one process are watched as long as it lives. */
export function forgetWatched(): void {
  watched.clear();
}

function look(path: string): Watched | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && { inode: stats.ino, bytes: stats.size, writtenAt: stats.mtimeNs };
}
