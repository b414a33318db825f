import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AttuneError } from '@attune/base/errors';
import { isPostgresUrl, shownUrl } from '@attune/base/postgres-url';
import type { FilePiece } from './cut-file.ts';
import { sortedNames } from './sorted-names.ts';
import type { SkipReason } from './outcome.ts';

/**
 * A file to read, or the reason why it is skipped. `root`: the folder that its reader may access. `piece`: a range of
 * its lines, from `cutFile`.
 */
export type FoundFile =
  | { path: string; name: string; root: string; piece?: FilePiece }
  | { path: string; name: string; reason: SkipReason; message: string };

/** Folders of tools, which contain no documents. */
const TOOL_FOLDERS = new Set(['node_modules', '__pycache__', '__MACOSX']);

/**
 * Finds the files of paths in order, recursively and sorted by name. Only the names in the currently open folders are
 * held in memory. `isOutput` recognises files that are being written meanwhile. @throws AttuneError E_FILE_MISSING
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

/** Names in rows do not reveal where a folder is on this machine. */
function shownName(path: string, base: string): string {
  const inside = relative(base, path);
  return inside === '' || inside.startsWith('..') ? basename(path) : inside.split(sep).join('/');
}

interface Below {
  name: string;
  /** The requested folder. */
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
    // Deleted since the folder was listed.
    if (stats === undefined) continue;
    if (isOutput(path))
      yield { path, name: shown, reason: 'output', message: 'the output of this command, now or earlier' };
    else if (next.value.startsWith('.') || TOOL_FOLDERS.has(next.value)) {
      yield { path, name: shown, reason: 'hidden', message: 'its name begins with a dot, or it belongs to a tool' };
    } else if (stats.isSymbolicLink()) yield await link(path, shown, root);
    else if (stats.isDirectory()) yield* below(path, { name: shown, root, isOutput });
    else yield stats.isFile() ? { path, name: shown, root } : special(path, shown);
  }
}

function special(path: string, name: string): FoundFile {
  return { path, name, reason: 'special-file', message: 'a pipe, a socket or a device' };
}

/** Links within the folder are skipped, since their targets are read in place; targets outside do not belong to it. */
async function link(path: string, name: string, root: string): Promise<FoundFile> {
  const to = await readlink(path).catch(() => '?');
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return { path, name, reason: 'link', message: `points to ${to}, which does not exist` };
  const inside = relative(root, real);
  const leadsOut = inside.startsWith('..') || resolve(dirname(path), to) === root;
  const message = leadsOut ? `points out of the folder, to ${to}` : `points to ${to}, which is read in place`;
  return { path, name, reason: 'link', message };
}
