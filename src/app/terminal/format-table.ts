import { greatest } from '../../base/many.ts';
import type { Colours, Terminal } from './terminal.ts';

export interface Column {
  title: string;
  /** Whether cells are aligned to the right. */
  isNumeric?: boolean;
  /** Whether cells are names, whose middle may be left out if the terminal is too narrow. */
  isName?: boolean;
  /** Colours a cell after its width was computed. */
  paint?(cell: string, colours: Colours): string;
}

/** Formats cells under their titles, with columns as wide as their widest cell; shortens names if `width` is too small. */
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

/** Shortens a name in the middle, since both ends are informative: "runs/tic…attempt-2". */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

const GAP = 2;
const NARROWEST_NAME = 8;

/** Shrinks the widest names first, one character at a time, and of numeric columns only the title. */
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

/** Shared label width, so that consecutive blocks align. */
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
