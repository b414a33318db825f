/** Reads files whose rows must have a known form: each row is read, or rejected with its line. */
import type { Problem } from '../base/errors.ts';
import { containerName, containers } from './containers/index.ts';

/** A row's fault, possibly in one field. */
export type RowFault = string | Pick<Problem, 'field' | 'message'>;

export interface CheckedRows<Row> {
  rows: Row[];
  /** Problems of all unreadable rows. */
  problems: Problem[];
}

/**
 * All rows, converted by `read`; undefined ones are left out. `refuse` reports the faults of a row.
 * @throws AttuneError if the file is not a data file
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
    const row = value === undefined ? refuse(defect?.reason ?? 'no rows') : read(value, refuse, line);
    if (row !== undefined) rows.push(row);
  }
  return { rows, problems };
}
