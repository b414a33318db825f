import { writeFileAtomic } from '../../src/files/atomic.ts';
import { csvLine } from '../../src/files/csv-line.ts';

type Cell = string | number;

/** Writes rows as comma-separated values, with the keys of the first row as header. */
export function writeCsv(path: string, rows: readonly Readonly<Record<string, Cell>>[]): void {
  const columns = Object.keys(rows[0]);
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  writeFileAtomic(path, lines.map((cells) => csvLine(cells)).join(''));
}
