/** The rows of a file that have to be of a known form: each is read, or refused with its line. */
import type { Problem } from '../base/errors.ts';
import { containerName, containers } from './containers/index.ts';

/** What is wrong with a row, in words, perhaps of one field of it. */
export type RowFault = string | Pick<Problem, 'field' | 'message'>;

export interface CheckedRows<Row> {
  rows: Row[];
  /** Of all rows that cannot be read. */
  problems: Problem[];
}

/**
 * Every row as `read` makes it. What is undefined is left out; a row is refused by `refuse`, as often as there are faults.
 * @throws AttuneError where the file's name or bytes are none of a data file
 */
export async function checkedRows<Row>(
  file: string,
  read: (value: Record<string, unknown>, refuse: (fault: RowFault) => undefined, line: number) => Row | undefined,
): Promise<CheckedRows<Row>> {
  const container = await containers.load(containerName(file));
  const rows: Row[] = [];
  const problems: Problem[] = [];
  for await (const { line, value, defect } of container.read(file, file)) {
    const refuse = (fault: RowFault): undefined => {
      problems.push({ file, line, ...(typeof fault === 'string' ? { message: fault } : fault) });
    };
    const row = value === undefined ? refuse(defect?.reason ?? 'no row') : read(value, refuse, line);
    if (row !== undefined) rows.push(row);
  }
  return { rows, problems };
}
