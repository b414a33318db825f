/** Tables in plain text: lines of cells between commas, semicolons, tabs, bars or runs of spaces, under a line of names. */

export interface Cell {
  start: number;
  end: number;
}

/** A cell and what its column is called. */
export interface NamedCell extends Cell {
  column: string;
}

const MOST_ROWS = 2000;
const SEPARATORS: readonly RegExp[] = [/\t/g, /;/g, /\|/g, /,/g, / {2,}/g];

/** Cells of the lines under each line that has a column of such a name; lines of other widths end a table. */
export function* cellsUnder(text: string, column: Pick<RegExp, 'test'>): Generator<NamedCell> {
  if (!text.includes('\n')) return;
  const lines = linesOf(text);
  for (let at = 0; at + 1 < lines.length; at++) {
    const head = text.slice(lines[at].start, lines[at].end);
    // A line of names of columns holds no sentence.
    if (head.length > 300 || head.length < 3 || /\d{3}|[.!?]\s\p{L}/u.test(head)) continue;
    const separator = SEPARATORS.find((one) => head.slice(1).search(one) >= 0);
    if (separator === undefined) continue;
    const names = cellsOf(head, 0, separator);
    const wanted = new Map(
      names
        .map(({ start, end }, index) => [index, head.slice(start, end)] as const)
        .filter(([, name]) => column.test(name)),
    );
    if (names.length < 2 || wanted.size === 0) continue;
    at = yield* rowsBelow(text, lines, { at, wanted, separator, width: names.length });
  }
}

function* rowsBelow(
  text: string,
  lines: readonly Cell[],
  {
    at,
    wanted,
    separator,
    width,
  }: { at: number; wanted: ReadonlyMap<number, string>; separator: RegExp; width: number },
): Generator<NamedCell, number> {
  let row = at + 1;
  for (; row < lines.length && row - at < MOST_ROWS; row++) {
    const line = text.slice(lines[row].start, lines[row].end);
    if (/^[\s|:+=-]*$/.test(line)) {
      if (line.trim() === '') return row;
      continue;
    }
    const cells = cellsOf(line, lines[row].start, separator);
    if (cells.length !== width) return row - 1;
    for (const [index, name] of wanted)
      if (cells[index].end > cells[index].start) yield { ...cells[index], column: name };
  }
  return row - 1;
}

function linesOf(text: string): Cell[] {
  const lines: Cell[] = [];
  for (let start = 0; start <= text.length;) {
    const next = text.indexOf('\n', start);
    const end = next < 0 ? text.length : next;
    lines.push({ start, end });
    start = end + 1;
  }
  return lines;
}

/** Without the spaces and quotation marks around each. */
function cellsOf(line: string, offset: number, separator: RegExp): Cell[] {
  const cells: Cell[] = [];
  let from = 0;
  const take = (to: number): void => {
    const [, before, core] = /^([\s"']*)(.*?)[\s"']*$/s.exec(line.slice(from, to))!;
    cells.push({ start: offset + from + before.length, end: offset + from + before.length + core.length });
  };
  for (const { 0: mark, index } of line.matchAll(separator)) {
    take(index);
    from = index + mark.length;
  }
  take(line.length);
  return cells;
}
