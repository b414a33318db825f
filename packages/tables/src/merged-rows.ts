/** Rows that a forgotten quote has joined: the lines of one quoted cell are whole rows by themselves. */
import type { Defect } from '@attune/files/utf8';
import type { CsvRecord } from './csv-records.ts';

/** Rows from which columns are known well enough to judge others. */
const KNOWN_ROWS = 200;
/** Bytes of rows that wait for that. */
const MOST_WAITING = 4 * 2 ** 20;
/** Rows that columns are learnt from: more would cost time in each file for what hardly any has. */
const MOST_LEARNT = 1000;
/** Share of values of several words from which on a column is prose, where any text fits. */
const PROSE = 0.5;

/** Values of one-line rows in a column. */
class Column {
  readonly #values = new Set<string>();
  readonly #patterns = new Set<string>();
  #count = 0;
  #worded = 0;

  learn(cell: string): void {
    this.#count++;
    if (/\S\s+\S/.test(cell)) this.#worded++;
    this.#values.add(cell);
    if (/\d/.test(cell)) this.#patterns.add(patternOf(cell));
  }

  /** Whether the cell resembles the column's: true, false, or undefined if unknown. */
  fits(cell: string): boolean | undefined {
    if (cell !== '' && this.#values.has(cell)) return true;
    if (this.#worded > PROSE * this.#count) return cell.trim() === '' ? false : undefined;
    return /\d/.test(cell) && this.#patterns.has(patternOf(cell));
  }
}

/** Numbers, dates and codes of one form: "T-1001" and "T-7". */
function patternOf(cell: string): string {
  return cell.replaceAll(/\d+/g, '9');
}

/**
 * Marks records that are several rows: without the quotes around a cell of several lines each of these has as many cells
 * as the header, and they fit the columns. Lines of prose with separators do not.
 */
export async function* markMerged(
  records: AsyncIterable<CsvRecord>,
  width: number,
): AsyncGenerator<CsvRecord, void, undefined> {
  const columns = Array.from({ length: width }, () => new Column());
  let waiting: CsvRecord[] = [];
  let [known, bytes] = [0, 0];
  const marked = (record: CsvRecord) => (isMerged(record, columns) ? spoiled(record) : record);
  for await (const record of records) {
    const { cells, apart, defect } = record;
    if (known < MOST_LEARNT && apart === undefined && defect === undefined && cells.length === width) {
      cells.forEach((cell, at) => columns[at].learn(cell));
      known++;
    }
    if (known >= KNOWN_ROWS || bytes > MOST_WAITING) {
      for (const one of waiting) yield marked(one);
      waiting = [];
      yield marked(record);
    } else {
      waiting.push(record);
      bytes += cells.reduce((sum, { length }) => sum + length, 0);
    }
  }
  for (const one of waiting) yield marked(one);
}

function isMerged({ apart, cells, defect }: CsvRecord, columns: readonly Column[]): boolean {
  if (apart === undefined || defect !== undefined || cells.length !== columns.length) return false;
  const { column, rows } = apart;
  // The first line's cells before the quoted one, and the last line's behind it, are the record's own.
  const found = rows.flatMap((row, line) =>
    row.flatMap((cell, at) => {
      const isOwn = at === column || (line === 0 && at < column) || (line === rows.length - 1 && at > column);
      return isOwn ? [] : [isThousands(row[at - 1], cell) ? false : columns[at].fits(cell)];
    }),
  );
  return found.includes(true) && !found.includes(false);
}

/** "1,000" is one number. */
function isThousands(before: string | undefined, cell: string): boolean {
  return before !== undefined && /\d$/.test(before) && /^\d{3}(?!\d)/.test(cell);
}

function spoiled(record: CsvRecord): CsvRecord {
  const last = record.line + record.apart!.rows.length - 1;
  const defect: Defect = {
    reason: `a quoted cell that begins in this row extends to line ${last}, over what look like whole rows`,
    fix: 'close the quote in the row that opens it; a quote inside a cell is written twice',
  };
  return { ...record, defect };
}
