import { pushAll } from '../../base/many.ts';
import { renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { PRIVATE_FILE } from '../../files/private.ts';
import { displayPath } from '../../files/find-files.ts';
import { rowLine } from './row-value.ts';

/** Rows that a program has in memory or generates: arrays, generators, streams of plain objects. */
export type Rows = Iterable<object> | AsyncIterable<object>;

const MAX_PROBLEMS = 100;
const ROWS_BETWEEN_REPORTS = 10_000;

/** Whether a value is a collection of rows, not a file name or a plain object. */
export function isRows(value: unknown): value is Rows {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

export interface WriteRowsOptions {
  /** Name of the rows in the program: `rows`, `data.train`. */
  name: string;
  folder: string;
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/**
 * Writes rows as JSON Lines, readable only by the user, to a file named by the hash of its content.
 * @throws AttuneError E_BAD_ROWS for values that JSON cannot represent, E_NO_ROWS, E_NOT_WRITABLE, E_DISK_FULL
 */
export async function writeRows(rows: Rows, { name, folder, onEvent, signal }: WriteRowsOptions): Promise<string> {
  using draft = new FileDraft(join(folder, `${name}.jsonl`), PRIVATE_FILE);
  const problems: Problem[] = [];
  let count = 0;
  for await (const row of rows) {
    signal?.throwIfAborted();
    const written = rowLine(row, `${name}[${count}]`);
    if ('line' in written) draft.write(`${written.line}\n`);
    else pushAll(problems, written.problems);
    if (problems.length >= MAX_PROBLEMS) break;
    if (++count % ROWS_BETWEEN_REPORTS === 0)
      onEvent?.({ type: 'work-advanced', phase: 'data', done: count, unit: 'rows read' });
  }
  if (problems.length > 0) throw badRows(name, problems);
  if (count === 0) throw new AttuneError('E_NO_ROWS', { what: `No rows in ${name}`, fix: 'give at least one' });
  const hash = draft.commit().slice(0, 16);
  const path = join(folder, `${name}-${hash}.jsonl`);
  renameSync(draft.path, path);
  return path;
}

function badRows(name: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_BAD_ROWS', {
    what: `Rows of ${name} contain values that JSON cannot represent`,
    problems,
    fix: 'correct or remove these values: rows are never changed silently',
  });
}

/** Names under which errors may mention a file: its full path, or its path relative to the current folder. */
export function namesOfFile(path: string): string[] {
  return [...new Set([resolve(path), displayPath(resolve(path), process.cwd())])];
}

/** Rephrases an error in the program's terms: `rows[12].text` instead of line 13 of the file with the rows. */
export function withRowNames(error: unknown, names: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof AttuneError) || names.size === 0) return error;
  const rename = (text: string): string => {
    let renamed = text;
    for (const [file, name] of names) renamed = renamed.replaceAll(file, name);
    return renamed;
  };
  const parts = error.toJSON() as { [key: string]: unknown };
  for (const key of ['what', 'got', 'expected', 'fix']) {
    // own: the four names above
    if (typeof parts[key] === 'string') parts[key] = rename(parts[key]);
  }
  const problems = error.problems.map((problem) => problemInRows(problem, names, rename));
  return new AttuneError(error.code, { ...parts, what: rename(error.what), problems, cause: error.cause });
}

function problemInRows(
  problem: Problem,
  names: ReadonlyMap<string, string>,
  rename: (text: string) => string,
): Problem {
  const { file, line, field, message, fix } = problem;
  const told = { ...problem, message: rename(message), ...(fix !== undefined && { fix: rename(fix) }) };
  const name = file === undefined ? undefined : names.get(file);
  if (name === undefined) return told;
  if (line === undefined) return { ...told, file: name };
  const place = `${name}[${line - 1}]`;
  const inside = field === undefined ? place : field.startsWith('[') ? `${place}${field}` : `${place}.${field}`;
  return { ...told, file: undefined, line: undefined, field: inside };
}
