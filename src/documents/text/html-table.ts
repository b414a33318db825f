/** Tables of HTML as Markdown: its library reads `table.rows`, which not every document tree has. */

export interface TableNode {
  nodeName: string;
  textContent: string | null;
  innerHTML: string;
  childNodes: Iterable<TableNode>;
  getAttribute?(name: string): string | null;
}

/** Rows of cells' own HTML; a cell that spans several columns stands in each of them. Undefined for a table of layout. */
export function tableCells(table: TableNode): TableNode[][] | undefined {
  const rows = [...rowsOf(table)].map((row) => [...cellsOf(row)]).filter((cells) => cells.length > 0);
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return width < 2 || rows.length < 2 ? undefined : rows;
}

function* rowsOf(node: TableNode): Generator<TableNode> {
  for (const child of node.childNodes) {
    if (child.nodeName === 'TR') yield child;
    else if (['THEAD', 'TBODY', 'TFOOT'].includes(child.nodeName)) yield* rowsOf(child);
  }
}

const MOST_COLUMNS = 1000;

function* cellsOf(row: TableNode): Generator<TableNode> {
  for (const child of row.childNodes) {
    if (child.nodeName !== 'TD' && child.nodeName !== 'TH') continue;
    const columns = Number(child.getAttribute?.('colspan') ?? 1) || 1;
    for (let column = 0; column < Math.min(columns, MOST_COLUMNS); column++) yield child;
  }
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
