import { greatest } from '../../base/many.ts';
import type { Colours, Terminal } from './terminal.ts';

export interface Column {
  title: string;
  /** Figures stand to the right. */
  isNumeric?: boolean;
  /** Names, of which the middle may be left out where the terminal is too narrow for all columns. */
  isName?: boolean;
  /** Colours a cell after it has its width. */
  paint?(cell: string, colours: Colours): string;
}

/** Cells under their titles, each column as wide as its widest cell; names are shortened where `width` is too small. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  colours: Colours,
  width = Infinity,
): string {
  const wanted = columns.map(({ title }, index) =>
    greatest(
      rows.map((row) => row[index].length),
      title.length,
    ),
  );
  const cells = columns.map((_, index) =>
    greatest(
      rows.map((row) => row[index].length),
      0,
    ),
  );
  const widths = fittingWidths(wanted, columns, { cells, width });
  const fit = (whole: string, index: number): string => {
    const cell = cutMiddle(whole, widths[index]);
    return columns[index].isNumeric === true ? cell.padStart(widths[index]) : cell.padEnd(widths[index]);
  };
  const head = columns.map(({ title }, index) => colours.dim(fit(title, index))).join('  ');
  const body = rows.map((row) =>
    row.map((cell, index) => columns[index].paint?.(fit(cell, index), colours) ?? fit(cell, index)).join('  '),
  );
  return [head, ...body].map((line) => line.trimEnd()).join('\n');
}

/** Width of the terminal; unlimited in a pipe, so that names are complete. */
export function tableWidth({ isTTY, columns }: Pick<Terminal, 'isTTY' | 'columns'>): number {
  return isTTY ? columns : Infinity;
}

/** Both ends of a name tell more than its beginning: "runs/tic…attempt-2". */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

const GAP = 2;
const NARROWEST_NAME = 8;

/** The widest names give way first, a character at a time; of figures only the title does. */
function fittingWidths(
  wanted: readonly number[],
  columns: readonly Column[],
  { cells, width }: { cells: readonly number[]; width: number },
): number[] {
  const widths = [...wanted];
  const least = columns.map(({ isNumeric }, index) => (isNumeric === true ? cells[index] : NARROWEST_NAME));
  const all = (): number => widths.reduce((sum, one) => sum + one + GAP, -GAP);
  while (all() > width) {
    const names = [...widths.keys()].filter((index) => columns[index].isName === true && widths[index] > least[index]);
    if (names.length === 0) break;
    widths[names.reduce((widest, index) => (widths[index] > widths[widest] ? index : widest))]--;
  }
  return widths;
}

/** Blocks that follow each other line up. */
const LABEL_WIDTH = 10;

/** "label  value" lines with the values aligned; empty values are left out. */
export function formatFacts(
  facts: readonly (readonly [label: string, value: string | undefined])[],
  colours: Colours,
): string {
  const shown = facts.filter(([, value]) => value !== undefined && value !== '');
  const width = greatest(
    shown.map(([label]) => label.length),
    LABEL_WIDTH,
  );
  return shown.map(([label, value]) => `  ${colours.dim(label.padEnd(width))}  ${value}`).join('\n');
}
