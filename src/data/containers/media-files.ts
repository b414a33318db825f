import { readdirSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { isFolder } from '../../files/find-files.ts';
import { mediaExtensions, type MediaKind } from '../media.ts';
import type { Container } from '@attune/tables';

/** Media kind by file extension. */
export function mediaKindOf(name: string): MediaKind | undefined {
  const ending = extname(name).toLowerCase();
  const kinds = Object.entries(mediaExtensions) as [MediaKind, readonly string[]][];
  return kinds.find(([, endings]) => endings.includes(ending))?.[0];
}

/** Paths of the images and recordings in a folder tree, without hidden ones, in a fixed order. */
export function mediaBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  const shown = paths.map((path) => relative(folder, path));
  return shown.filter((path) => mediaKindOf(path) !== undefined && !/(^|[\\/])\./.test(path)).sort();
}

/** Unlabelled images or recordings, one per row: a folder, or a single file. */
export const mediaFiles: Container = {
  // oxlint-disable-next-line typescript/require-await -- folders are listed at once
  async *read(path) {
    const names = isFolder(path) ? mediaBelow(path) : [basename(path)];
    for (const [i, name] of names.entries()) yield { line: i + 1, value: { [mediaKindOf(name)!]: name } };
  },
};
