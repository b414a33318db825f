import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { mediaExtensions, type MediaKind } from '../media.ts';
import type { Container, RawRow } from '@attune/tables';

const KIND_OF = new Map<string, MediaKind>(
  (Object.entries(mediaExtensions) as [MediaKind, readonly string[]][]).flatMap(([kind, endings]) =>
    endings.map((ending) => [ending, kind] as const),
  ),
);

/** A folder per class with images or recordings: `{ image: "cats/1.png", label: "cats" }`. */
export const classFolders: Container = {
  // oxlint-disable-next-line typescript/require-await -- folders are listed at once
  async *read(path) {
    let line = 0;
    for (const label of foldersIn(path)) for (const row of rowsOf(path, label)) yield { ...row, line: ++line };
  },
};

/** Whether a folder's subfolders contain images or recordings. */
export function holdsClasses(path: string): boolean {
  return foldersIn(path).some((label) => rowsOf(path, label).next().done === false);
}

function* rowsOf(path: string, label: string): Generator<Omit<RawRow, 'line'>> {
  for (const name of readdirSync(join(path, label)).sort()) {
    const kind = KIND_OF.get(extname(name).toLowerCase());
    if (kind !== undefined && !name.startsWith('.')) yield { value: { [kind]: join(label, name), label } };
  }
}

function foldersIn(path: string): string[] {
  const names = readdirSync(path).sort();
  return names.filter((name) => !name.startsWith('.') && statSync(join(path, name)).isDirectory());
}
