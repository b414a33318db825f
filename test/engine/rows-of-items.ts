// Prepared rows of items, all trained except the tokens in front of them.
import type { PreparedRow } from '../../src/answering/tasks/rows/prepared-rows.ts';

export function rowsOfItems(rows: readonly (readonly number[])[], lead: number): PreparedRow[] {
  return rows.map((ids, line) => {
    const trained = Uint8Array.from(ids, (_, t) => (t >= lead ? 1 : 0));
    return { id: `row ${line}`, ids: Int32Array.from(ids), trained, source: { file: 'rows', line } };
  });
}
