import { AttuneError } from '../base/errors.ts';

/** ENOENT is included since some file systems (/proc) return it where nothing can be created. */
const NOT_WRITABLE = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EISDIR', 'ERR_FS_EISDIR', 'EEXIST', 'ENOENT']);

const NO_SPACE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of the user is exhausted',
  EFBIG: 'the file would be larger than the system lets this process write (ulimit -f)',
};

/** Why there was no space for a write; undefined for any other error. */
export function noSpace(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code !== undefined && Object.hasOwn(NO_SPACE, code) ? NO_SPACE[code] : undefined;
}

/** Maps a system error to one with advice; other errors pass through. */
export function writeFailure(path: string, error: unknown): unknown {
  const full = noSpace(error);
  if (full !== undefined) {
    return new AttuneError('E_DISK_FULL', {
      what: `Cannot write ${path}: ${full}`,
      fix: 'free some space, then repeat the command or resume the run; nothing that was already saved is lost',
      cause: error,
    });
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined && NOT_WRITABLE.has(code)) {
    return new AttuneError('E_NOT_WRITABLE', {
      what: `Cannot write ${path}`,
      got: (error as Error).message,
      fix: 'choose a folder with write permission',
      cause: error,
    });
  }
  return error;
}
