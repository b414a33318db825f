import type { Colours } from './terminal.ts';

export interface Column {
  title: string;
  /** Figures stand to the right. */
  isNumeric?: boolean;
  /** Colours a cell after it has its width. */
  paint?(cell: string, colours: Colours): string;
}

/** Cells under their titles, each column as wide as its widest cell. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  colours: Colours,
): string {
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index].length)));
  const fit = (cell: string, index: number): string =>
    columns[index].isNumeric === true ? cell.padStart(widths[index]) : cell.padEnd(widths[index]);
  const head = columns.map(({ title }, index) => colours.dim(fit(title, index))).join('  ');
  const body = rows.map((row) =>
    row.map((cell, index) => columns[index].paint?.(fit(cell, index), colours) ?? fit(cell, index)).join('  '),
  );
  return [head, ...body].map((line) => line.trimEnd()).join('\n');
}

/** Blocks that follow each other line up. */
const LABEL_WIDTH = 10;

/** "label  value" lines with the values aligned; empty values are left out. */
export function formatFacts(
  facts: readonly (readonly [label: string, value: string | undefined])[],
  colours: Colours,
): string {
  const shown = facts.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(LABEL_WIDTH, ...shown.map(([label]) => label.length));
  return shown.map(([label, value]) => `  ${colours.dim(label.padEnd(width))}  ${value}`).join('\n');
}
