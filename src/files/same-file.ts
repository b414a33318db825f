import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';

/**
 * Rejects two files of one command that are the same file, under whatever path: the last one written would overwrite
 * the other. Keys are the names of their options. @throws AttuneError E_SAME_FILE
 */
export function refuseSame(files: Readonly<Record<string, string | undefined>>): void {
  const seen = new Map<string, string>();
  for (const [name, path] of Object.entries(files)) {
    if (path === undefined) continue;
    const place = placeOf(path);
    const other = seen.get(place);
    if (other !== undefined) {
      throw new AttuneError('E_SAME_FILE', {
        what: `${other} and ${name} are the same file`,
        got: path,
        fix: 'choose different files: one would overwrite the other',
      });
    }
    seen.set(place, name);
  }
}

/** Resolves links, also for a file that does not exist yet. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = resolve(dirname(path));
    return folder === resolve(path) ? folder : join(placeOf(folder), basename(path));
  }
}
