import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AttuneError } from '@attune/base/errors';
import { isPostgresUrl, shownUrl } from '@attune/base/postgres-url';
import type { FilePiece } from './cut-file.ts';
import { sortedNames } from './sorted-names.ts';
import type { SkipReason } from './outcome.ts';

/**
 * A file to read, or why one that lies there is passed over. `root`: the folder that its reader may look into. `piece`:
 * only these of its lines, by `cutFile`.
 */
export type FoundFile =
  | { path: string; name: string; root: string; piece?: FilePiece }
  | { path: string; name: string; reason: SkipReason; message: string };

/** Folders that hold no documents of anybody's own. */
const TOOL_FOLDERS = new Set(['node_modules', '__pycache__', '__MACOSX']);

/**
 * The files of paths, one after the other, folders with all below them in the order of their names. Nothing but the
 * names of the folders that are open is held in memory. `isOutput` tells files that are being written meanwhile. @throws AttuneError E_FILE_MISSING
 */
export async function* findDocuments(
  paths: readonly string[],
  base: string,
  isOutput: (path: string) => boolean = () => false,
): AsyncGenerator<FoundFile> {
  for (const given of paths) {
    if (isPostgresUrl(given)) {
      yield { path: given, name: shownUrl(given), root: given };
      continue;
    }
    const path = resolve(base, given);
    const real = await realpath(path).catch(() => {
      throw new AttuneError('E_FILE_MISSING', { what: `There is no file or folder ${given}`, fix: 'check the path' });
    });
    const shown = shownName(path, base);
    const stats = await lstat(real);
    if (stats.isDirectory()) yield* below(real, { name: shown, root: real, isOutput });
    else yield stats.isFile() ? { path: real, name: shown, root: dirname(real) } : special(real, shown);
  }
}

/** Names in rows say nothing of where on the machine a folder lies. */
function shownName(path: string, base: string): string {
  const inside = relative(base, path);
  return inside === '' || inside.startsWith('..') ? basename(path) : inside.split(sep).join('/');
}

interface Below {
  name: string;
  /** The folder that was asked for. */
  root: string;
  isOutput(path: string): boolean;
}

async function* below(folder: string, { name, root, isOutput }: Below): AsyncGenerator<FoundFile> {
  const entries = sortedNames(folder);
  for (;;) {
    let next: IteratorResult<string, unknown>;
    try {
      next = await entries.next();
    } catch (error) {
      yield { path: folder, name, reason: 'unreadable', message: (error as Error).message };
      return;
    }
    if (next.done === true) return;
    const [path, shown] = [join(folder, next.value), `${name}/${next.value}`];
    const stats = await lstat(path).catch(() => undefined);
    // Gone since the folder was listed.
    if (stats === undefined) continue;
    if (isOutput(path)) yield { path, name: shown, reason: 'output', message: 'what is being written, or was before' };
    else if (next.value.startsWith('.') || TOOL_FOLDERS.has(next.value)) {
      yield { path, name: shown, reason: 'hidden', message: 'its name begins with a dot, or it is a folder of tools' };
    } else if (stats.isSymbolicLink()) yield await link(path, shown, root);
    else if (stats.isDirectory()) yield* below(path, { name: shown, root, isOutput });
    else yield stats.isFile() ? { path, name: shown, root } : special(path, shown);
  }
}

function special(path: string, name: string): FoundFile {
  return { path, name, reason: 'special-file', message: 'a pipe, a socket or a device' };
}

/** Links inside the folder are skipped, since their targets are read in place; targets outside do not belong to the folder. */
async function link(path: string, name: string, root: string): Promise<FoundFile> {
  const to = await readlink(path).catch(() => '?');
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return { path, name, reason: 'link', message: `leads to ${to}, which is not there` };
  const inside = relative(root, real);
  const leadsOut = inside.startsWith('..') || resolve(dirname(path), to) === root;
  const message = leadsOut ? `leads out of the folder, to ${to}` : `leads to ${to}, which is read where it lies`;
  return { path, name, reason: 'link', message };
}
