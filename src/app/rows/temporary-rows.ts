import { rmSync } from 'node:fs';
import type { EventSink } from '../../base/events.ts';
import { temporaryFolder } from '../../files/temporary.ts';
import { isRows, namesOfFile, withRowNames, writeRows, type Rows } from './rows.ts';

/** Input of functions that read rows: a file name, or the rows themselves. */
export type FileOrRows = string | Rows;

interface Watching {
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** Files with the rows given in memory, by the name of the option. */
export interface RowFiles<Name extends string> {
  paths: Partial<Record<Name, string>>;
  names: ReadonlyMap<string, string>;
  /** Folder for relative paths inside rows in memory: the current folder, as in the program itself. */
  mediaFolder(name: Name): string | undefined;
}

/** Stores rows given in memory in a file while they are used. Errors name them as the program does. */
export async function withRowFiles<Name extends string, Result>(
  given: Partial<Record<Name, FileOrRows>>,
  { onEvent, signal }: Watching,
  use: (files: RowFiles<Name>) => Promise<Result>,
): Promise<Result> {
  const entries = Object.entries(given) as [Name, FileOrRows | undefined][];
  const folder = entries.some(([, value]) => isRows(value)) ? temporaryFolder('rows') : undefined;
  const paths: Partial<Record<Name, string>> = {};
  const names = new Map<string, string>();
  try {
    for (const [name, value] of entries) {
      paths[name] = isRows(value) ? await writeRows(value, { name, folder: folder!, onEvent, signal }) : value;
      if (isRows(value)) for (const file of namesOfFile(paths[name]!)) names.set(file, name);
    }
    const mediaFolder = (name: Name) => (names.has(paths[name] ?? '') ? process.cwd() : undefined);
    return await use({ paths, names, mediaFolder });
  } catch (error) {
    throw withRowNames(error, names);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
