import { isAbsolute, relative, resolve, sep, win32 } from 'node:path';
import { AttuneError } from '../base/errors.ts';

/**
 * Joins `root` and a name from a file, such as a shard's name in an index. Rejects names that lead out of `root`, so
 * that a downloaded file cannot choose other files to read or write.
 */
export function safeJoin(root: string, name: string): string {
  const path = resolve(root, name);
  const inside = relative(resolve(root), path);
  const escapes = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  if (escapes || isAbsolute(name) || win32.isAbsolute(name) || /[\0\\]/.test(name)) {
    throw new AttuneError('E_PATH_ESCAPE', {
      what: `A file name points outside ${root}`,
      got: JSON.stringify(name),
      expected: 'a name relative to that folder, without ".."',
      fix: 'use this folder only if you trust its origin',
    });
  }
  return path;
}
