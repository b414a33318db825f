import { mkdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { folderMode } from './private.ts';

/**
 * Creates a folder and its parents. Node's recursive mkdir never returns on file systems that answer ENOENT for
 * folders that cannot be created, such as /proc.
 * @throws AttuneError E_FOLDER_ADDRESS if a URL was given instead of a path
 * @returns the topmost folder that was created; undefined if all existed
 */
export function makeFolders(folder: string): string | undefined {
  const missing: string[] = [];
  for (let path = resolve(folder); !exists(path); path = dirname(path)) missing.push(path);
  refuseAddress(missing);
  for (const path of missing.toReversed()) makeOne(path);
  if (missing.length === 0 && !statSync(folder).isDirectory()) mkdirSync(folder);
  return missing.at(-1);
}

/** As a path, `postgres:/ann:secret@host/db` would create nested folders, with the password in a folder's name. */
const SCHEME = /^(postgres(ql)?|https?|s3|gs|hf|file|mysql|redis|sqlite|wss?):$/i;

function refuseAddress(missing: readonly string[]): void {
  const scheme = missing.map((path) => basename(path)).find((name) => SCHEME.test(name));
  if (scheme === undefined) return;
  throw new AttuneError('E_FOLDER_ADDRESS', {
    what: 'A URL was given where a folder is expected',
    got: `${scheme}//…`,
    expected: 'a path on this machine',
    fix: scheme.toLowerCase().startsWith('postgres')
      ? 'to share a database between servers, set ATTUNE_STORE'
      : 'give a folder; its contents can be copied to the URL afterwards',
  });
}

/** Another process may have created it in the meantime. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, folderMode(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

/** Unlike `existsSync`, distinguishes unreadable folders from missing ones. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}
