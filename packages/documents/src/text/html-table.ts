/** Converts HTML tables to Markdown: the library needs `table.rows`, which not every DOM implementation has. */

export interface TableNode {
  nodeName: string;
  textContent: string | null;
  innerHTML: string;
  childNodes: Iterable<TableNode>;
  getAttribute?(name: string): string | null;
}

/** The cells of a row by column; undefined for a missing cell. */
export type TableRow = (TableNode | undefined)[];

/** Rows of cells; a cell that spans several columns or rows is repeated in each. Undefined for layout tables. */
export function tableCells(table: TableNode): TableRow[] | undefined {
  const grid = new Grid();
  const rows = Array.from(rowsOf(table), (row) => grid.take(row)).filter((cells) => cells.length > 0);
  return widthOf(rows) < 2 || rows.length < 2 ? undefined : rows;
}

function widthOf(rows: readonly (readonly unknown[])[]): number {
  return rows.reduce((widest, { length }) => Math.max(widest, length), 0);
}

function* rowsOf(node: TableNode): Generator<TableNode> {
  for (const child of node.childNodes) {
    if (child.nodeName === 'TR') yield child;
    else if (['THEAD', 'TBODY', 'TFOOT'].includes(child.nodeName)) yield* rowsOf(child);
  }
}

/** Caption of a table, or ''. */
export function tableCaption(table: TableNode): string {
  const caption = [...table.childNodes].find(({ nodeName }) => nodeName === 'CAPTION');
  return (caption?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

const MOST_SPANNED = 1000;
/** Limit on characters repeated by spans in one table: a small page could fill the memory otherwise. */
const MOST_REPEATED = 2 ** 20;

/** A cell that continues in this many more rows. */
interface OpenCell {
  cell: TableNode;
  rows: number;
  /** Cost of repeating it. */
  weight: number;
}

/** Lays out rows one after another. */
class Grid {
  /** Open cells of earlier rows, by column. */
  #open: (OpenCell | undefined)[] = [];
  #left = MOST_REPEATED;

  /** Empty for a row without cells of its own. */
  take(row: TableNode): TableRow {
    const above = this.#open;
    this.#open = [];
    const cells: TableRow = [];
    for (const cell of row.childNodes) {
      if (cell.nodeName !== 'TD' && cell.nodeName !== 'TH') continue;
      while (this.#goOn(above[cells.length], cells));
      this.#begin(cell, cells);
    }
    const isEmpty = cells.length === 0;
    for (let column = cells.length; column < above.length; column++) {
      if (above[column] === undefined) continue;
      while (cells.length < column) cells.push(undefined);
      if (!this.#goOn(above[column], cells)) break;
    }
    return isEmpty ? [] : cells;
  }

  #begin(cell: TableNode, cells: TableRow): void {
    const [columns, rows] = [spanOf(cell, 'colspan'), spanOf(cell, 'rowspan')];
    const weight = columns * rows === 1 ? 1 : 1 + (cell.textContent ?? '').length;
    for (let column = 0; column < columns; column++) {
      if (column > 0 && (cells.length >= MOST_SPANNED || !this.#affords(weight))) break;
      if (rows > 1) this.#open[cells.length] = { cell, rows: rows - 1, weight };
      cells.push(cell);
    }
  }

  /** Whether a cell from above continues in the next column. */
  #goOn(open: OpenCell | undefined, cells: TableRow): boolean {
    if (open === undefined || !this.#affords(open.weight)) return false;
    if (--open.rows > 0) this.#open[cells.length] = open;
    cells.push(open.cell);
    return true;
  }

  #affords(weight: number): boolean {
    this.#left -= weight;
    return this.#left >= 0;
  }
}

function spanOf(cell: TableNode, name: 'colspan' | 'rowspan'): number {
  return Math.min(Math.max(1, Number(cell.getAttribute?.(name) ?? 1) || 1), MOST_SPANNED);
}

/** Maximum cells up to which short rows are padded: otherwise a single wide row would inflate the table. */
const MOST_FILLED = 2 ** 20;

/** A pipe table; the first row is the header, and rows are padded to the same width. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const width = widthOf(rows);
  const isFilled = width * rows.length <= MOST_FILLED;
  const line = (cells: readonly string[], length: number): string => {
    const filled = Array.from({ length }, (_, index) => cellText(cells[index] ?? ''));
    return `| ${filled.join(' | ')} |`;
  };
  const [header, ...others] = rows;
  const lines = others.map((cells) => line(cells, isFilled ? width : cells.length));
  return [line(header, width), `|${' --- |'.repeat(width)}`, ...lines].join('\n');
}

function cellText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll(/(?<!\\)\|/g, '\\|');
}
