/** Rows of a sheet as records, if it has a header. */
import { greatest } from '@attune/base/many';
import { markdownTable } from '../../text/html-table.ts';
import type { Draft } from '../../reader.ts';
import type { Cell, SheetRow } from './workbook.ts';

/** Number of rows searched for the column names, which may follow titles and notes. */
const HEADER_WITHIN = 10;

/** Yields a sheet's rows as records once its header is known; a sheet without a header becomes a text with a table. */
export class SheetTable {
  readonly #name: string;
  #first: SheetRow[] = [];
  #columns: string[] | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  *take(row: SheetRow): Generator<Draft> {
    if (row.cells.every((cell) => cell === '')) return;
    if (this.#columns !== undefined) return yield this.#record(row, this.#columns);
    this.#first.push(row);
    if (this.#first.length === HEADER_WITHIN) yield* this.#begin();
  }

  *end(): Generator<Draft> {
    if (this.#columns === undefined) yield* this.#begin();
  }

  *#begin(): Generator<Draft> {
    const rows = this.#first;
    this.#first = [];
    const width = greatest(
      rows.map(({ cells }) => filled(cells)),
      0,
    );
    const at = rows.findIndex(({ cells }) => isHeader(cells, width));
    // Numbers below names make a table even with a single row; a few lines of text do not.
    if (at === -1 || at === rows.length - 1) return yield* this.#text(rows);
    if (at > 0) yield* this.#text(rows.slice(0, at));
    this.#columns = rows[at].cells.map(
      (cell, index) => String(cell).replace(/\s+/g, ' ').trim() || `column ${index + 1}`,
    );
    for (const row of rows.slice(at + 1)) yield this.#record(row, this.#columns);
  }

  *#text(rows: readonly SheetRow[]): Generator<Draft> {
    if (rows.length === 0) return;
    const cells = rows.map((row) => row.cells.map(String));
    const text = cells.every((row) => filled(row) < 2)
      ? cells.map((row) => row.join('')).join('\n')
      : markdownTable(cells);
    const sections = [{ heading: this.#name, level: 1, text, line: rows[0].number }];
    yield { kind: 'text', title: this.#name, sections };
  }

  #record({ number, cells }: SheetRow, columns: readonly string[]): Draft {
    const values = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
    for (const [index, cell] of cells.slice(columns.length).entries()) {
      if (cell !== '') values[`column ${columns.length + index + 1}`] = cell;
    }
    return { kind: 'record', values, place: { section: [this.#name], row: number } };
  }
}

function filled(cells: readonly Cell[]): number {
  return cells.filter((cell) => cell !== '').length;
}

/** Distinct text in as many cells as the table is wide. */
function isHeader(cells: readonly Cell[], width: number): boolean {
  const names = cells.filter((cell) => cell !== '');
  return (
    width >= 2 &&
    names.length >= Math.ceil(width * 0.8) &&
    names.every((cell) => typeof cell === 'string') &&
    new Set(names).size === names.length
  );
}
