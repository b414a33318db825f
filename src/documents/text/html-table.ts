/** Tables of HTML as Markdown: its library reads `table.rows`, which not every document tree has. */

export interface TableNode {
  nodeName: string;
  textContent: string | null;
  innerHTML: string;
  childNodes: Iterable<TableNode>;
  getAttribute?(name: string): string | null;
}

/** Rows of cells' own HTML; a cell that spans several columns or rows stands in each. Undefined for a table of layout. */
export function tableCells(table: TableNode): TableNode[][] | undefined {
  const open: OpenCell[] = [];
  const rows = [...rowsOf(table)].map((row) => cellsOf(row, open)).filter((cells) => cells.length > 0);
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return width < 2 || rows.length < 2 ? undefined : rows;
}

function* rowsOf(node: TableNode): Generator<TableNode> {
  for (const child of node.childNodes) {
    if (child.nodeName === 'TR') yield child;
    else if (['THEAD', 'TBODY', 'TFOOT'].includes(child.nodeName)) yield* rowsOf(child);
  }
}

/** What stands above a table, '' for nothing. */
export function tableCaption(table: TableNode): string {
  const caption = [...table.childNodes].find(({ nodeName }) => nodeName === 'CAPTION');
  return (caption?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

const MOST_SPANNED = 1000;

/** A cell of an earlier row that goes on in this many more. */
interface OpenCell {
  cell: TableNode;
  rows: number;
}

/** `open`: what earlier rows left open in each column; changed to what this one does. */
function cellsOf(row: TableNode, open: OpenCell[]): TableNode[] {
  const cells: TableNode[] = [];
  const takeOpen = (): void => {
    for (let above = open[cells.length]; above !== undefined && above.rows > 0; above = open[cells.length]) {
      above.rows--;
      cells.push(above.cell);
    }
  };
  for (const cell of row.childNodes) {
    if (cell.nodeName !== 'TD' && cell.nodeName !== 'TH') continue;
    takeOpen();
    for (let column = 0; column < spanOf(cell, 'colspan') && cells.length < MOST_SPANNED; column++) {
      open[cells.length] = { cell, rows: spanOf(cell, 'rowspan') - 1 };
      cells.push(cell);
    }
  }
  if (cells.length > 0) takeOpen();
  return cells;
}

function spanOf(cell: TableNode, name: 'colspan' | 'rowspan'): number {
  return Math.min(Math.max(1, Number(cell.getAttribute?.(name) ?? 1) || 1), MOST_SPANNED);
}

/** A pipe table; the first row heads it, and rows are filled to the same width. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(({ length }) => length));
  const line = (cells: readonly string[]): string => {
    const filled = Array.from({ length: width }, (_, index) => cellText(cells[index] ?? ''));
    return `| ${filled.join(' | ')} |`;
  };
  const [header, ...others] = rows;
  return [line(header), `|${' --- |'.repeat(width)}`, ...others.map(line)].join('\n');
}

function cellText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll(/(?<!\\)\|/g, '\\|');
}
