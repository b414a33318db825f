import { writeFileAtomic } from '../../src/files/atomic.ts';

type Cell = string | number;

/** Writes rows as comma-separated values, with a header of the first row's keys. */
export function writeCsv(path: string, rows: readonly Readonly<Record<string, Cell>>[]): void {
  const columns = Object.keys(rows[0]);
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  writeFileAtomic(path, lines.map((cells) => `${cells.map(quoted).join(',')}\n`).join(''));
}

function quoted(cell: Cell): string {
  const text = String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
