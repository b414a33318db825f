/** Finds rows that a missing closing quote has joined: each line of one quoted cell is then a whole row. */
import type { Defect } from '@attune/files/utf8';
import type { CsvRecord } from './csv-records.ts';

/** After this many rows the columns are known well enough to judge others. */
const KNOWN_ROWS = 200;
/** The most bytes of rows to hold back until then. */
const MOST_WAITING = 4 * 2 ** 20;
/** Rows from which columns are learnt: more would take time in each file, and hardly any file has this fault. */
const MOST_LEARNT = 1000;
/** From this share of values with several words on, a column is prose: any text fits it. */
const PROSE = 0.5;

/** Values of a column, from rows of one line. */
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

  /** Whether a cell resembles the column's values; undefined if that is unknown. */
  fits(cell: string): boolean | undefined {
    if (cell !== '' && this.#values.has(cell)) return true;
    if (this.#worded > PROSE * this.#count) return cell.trim() === '' ? false : undefined;
    return /\d/.test(cell) && this.#patterns.has(patternOf(cell));
  }
}

/** The pattern of numbers, dates and codes: "T-1001" and "T-7" have the same. */
function patternOf(cell: string): string {
  return cell.replaceAll(/\d+/g, '9');
}

/**
 * Marks records that contain several rows: without the quotes around a multi-line cell each of its lines has as many
 * cells as the header, and they fit the columns. Lines of prose with separators do not fit.
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
  // The cells of the first line before the quoted one, and those of the last line after it, belong to the record
  // itself.
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
