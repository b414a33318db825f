/**
 * Tables in plain text: lines of cells separated by commas, semicolons, tabs, bars or runs of spaces, below a header
 * line.
 */
import type { Kind } from './kinds.ts';
import type { Recogniser } from './recogniser.ts';
import type { Terms } from './terms.ts';
import { tokensOf } from './tokens.ts';

/** The name of a column is a hint for its cells. */
export const columns: Recogniser = {
  name: 'column',
  kind: 'code',
  *find(text, { lexicon }) {
    const kindOf = (name: string): Kind | undefined => announcedBy(name, lexicon.terms);
    for (const { start, end, column } of cellsUnder(text, (name) => kindOf(name) !== undefined))
      yield { start, end, kind: kindOf(column), score: 0.4 };
  },
};

function announcedBy(name: string, terms: Terms): Kind | undefined {
  const spaced = name.replaceAll(/[_-]+/g, ' ').replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ');
  const found = terms.find(tokensOf(spaced));
  return (found.find(({ role }) => role === 'announcing') ?? found.find(({ role }) => role === 'owner'))?.kind;
}

interface Cell {
  start: number;
  end: number;
}

/** A cell and the kind that its column's name suggests. */
interface NamedCell extends Cell {
  column: string;
}

const MOST_ROWS = 2000;
const SEPARATORS: readonly RegExp[] = [/\t/g, /;/g, /\|/g, /,/g, / {2,}/g];

/** Cells of the lines below each header line with such a column name. A line of another width ends the table. */
function* cellsUnder(text: string, isWanted: (name: string) => boolean): Generator<NamedCell> {
  if (!text.includes('\n')) return;
  const lines = linesOf(text);
  for (let at = 0; at + 1 < lines.length; at++) {
    const { names, separator } = headOf(text, lines[at]);
    if (!names.some(isWanted)) continue;
    const wanted = new Map([...names.entries()].filter(([, name]) => isWanted(name)));
    at = yield* rowsBelow(text, lines, { at, wanted, separator, width: names.length });
  }
}

/** Column names from a header line; empty if the line is not one. */
interface Head {
  names: readonly string[];
  separator: RegExp;
}

function headOf(text: string, { start, end }: Cell): Head {
  const line = text.slice(start, end);
  const none = { names: [], separator: SEPARATORS[0] };
  // A header line contains no sentence.
  if (line.length > 300 || line.length < 3 || /\d{3}|[.!?]\s\p{L}/u.test(line)) return none;
  const rest = line.slice(1);
  const separator = SEPARATORS.find((one) => rest.search(one) >= 0);
  if (separator === undefined) return none;
  const names = cellsOf(line, 0, separator).map((cell) => line.slice(cell.start, cell.end));
  return names.length < 2 ? none : { names, separator };
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

const AROUND_CELLS = /[\s"']/;

/** The cells, without the spaces and quotation marks around them. */
function cellsOf(line: string, offset: number, separator: RegExp): Cell[] {
  const cells: Cell[] = [];
  let from = 0;
  const take = (to: number): void => {
    let [start, end] = [from, to];
    while (start < end && AROUND_CELLS.test(line[start])) start++;
    while (end > start && AROUND_CELLS.test(line[end - 1])) end--;
    cells.push({ start: offset + start, end: offset + end });
  };
  for (const { 0: mark, index } of line.matchAll(separator)) {
    take(index);
    from = index + mark.length;
  }
  take(line.length);
  return cells;
}
