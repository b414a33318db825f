/** Rows of one file, uninterpreted. */
import { existsSync } from 'node:fs';
import { AttuneError, type Problem } from '../base/errors.ts';
import { plural } from '../base/format.ts';
import { turn } from '../base/turn.ts';
import { missingFile } from '../files/bytes.ts';
import { containerName, containers, dataExtensions } from './containers/index.ts';

export interface NumberedRow {
  line: number;
  value: Record<string, unknown>;
}

/** Milliseconds of work on rows before yielding, since a file may be read in one piece. */
const BETWEEN_TURNS = 100;

/**
 * Rows one by one. Unreadable ones are reported to `onProblem`; after the first of them no more are yielded.
 * @throws AttuneError E_FILE_MISSING, E_UNKNOWN_CONTAINER and errors of the reader
 */
export async function* rawRows(path: string, onProblem: (problem: Problem) => void): AsyncGenerator<NumberedRow, void> {
  if (!existsSync(path)) throw missingFile(path);
  const name = containerName(path);
  if (!containers.has(name)) {
    throw new AttuneError('E_UNKNOWN_CONTAINER', {
      what: `${path} is not a data file`,
      expected: `a name that ends in ${dataExtensions.join(', ')}`,
    });
  }
  const { read } = await containers.load(name);
  let isWhole = true;
  let rested = performance.now();
  for await (const { line, value, defect } of read(path, path)) {
    if (defect !== undefined) {
      isWhole = false;
      onProblem({ file: path, line, message: defect.reason, fix: defect.fix });
    }
    if (value !== undefined && isWhole) yield { line, value };
    if (performance.now() - rested < BETWEEN_TURNS) continue;
    await turn();
    rested = performance.now();
  }
}

/** @throws AttuneError E_BAD_ROWS if a row could not be read, E_NO_ROWS if there are none */
export function requireWhole(path: string, { rows, problems }: { rows: number; problems: readonly Problem[] }): void {
  if (problems.length > 0)
    throw new AttuneError('E_BAD_ROWS', {
      what: `${plural(problems.length, 'rows')} of ${path} cannot be read`,
      problems,
      fix: 'correct or remove them: the file is only used as a whole',
    });
  if (rows === 0)
    throw new AttuneError('E_NO_ROWS', {
      what: `No rows in ${path}`,
      fix: 'add rows to it, or name another file',
    });
}
