import { isAbsolute, relative, resolve, sep, win32 } from 'node:path';
import { AttuneError } from '../base/errors.ts';

/**
 * Joins `root` and a name read from a file, such as a shard's name in an index. A name that leads out of `root` is an
 * error: a downloaded file must not choose which files are read or written elsewhere.
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
