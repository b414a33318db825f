import { rmSync } from 'node:fs';
import type { EventSink } from '../../base/events.ts';
import { temporaryFolder } from '../../files/temporary.ts';
import { isRows, namesOfFile, withRowNames, writeRows, type Rows } from './rows.ts';

/** Input of functions that read rows: the name of a file, or the rows themselves. */
export type FileOrRows = string | Rows;

interface Watching {
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** The files that rows were written to, by the name of their option, and what those are called. */
export interface RowFiles<Name extends string> {
  paths: Partial<Record<Name, string>>;
  names: ReadonlyMap<string, string>;
  /** Where paths inside rows in memory start: the current folder, as in the program itself. */
  mediaFolder(name: Name): string | undefined;
}

/** Gives rows in memory a file for as long as they are used. Errors name them as the program does. */
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
