import {
  cellText,
  columnsOf,
  intervalText,
  type Cell,
  type Column as Figure,
  type Examples,
  type Figures,
  type FiguresShown,
} from '../../base/figures.ts';
import { formatTable, tableWidth, type Column } from './format-table.ts';
import type { Colours, Terminal } from './terminal.ts';

const SHOWN_CHARACTERS = 100;

/** Formats figures with their notes for a terminal. */
export function describeFigures(
  { brief, figures, notes = [], remarks = [] }: FiguresShown,
  terminal: Terminal,
): string {
  const { dim } = terminal.colours;
  const parts = figures.map((one) => describePart(one, terminal)).filter((part) => part !== '');
  const said = [...notes, ...remarks].map((line) => dim(line)).join('\n');
  const gap = figures.length > 1 ? '\n\n' : '\n';
  return [...(brief === undefined ? [] : [dim(brief)]), ...parts, said].filter((part) => part !== '').join(gap);
}

function describePart(figures: Figures, terminal: Terminal): string {
  const { heading, rows, most, examples = [] } = figures;
  const { bold, dim } = terminal.colours;
  const lines = [
    ...(rows.length === 0 ? [] : [figuresTable(figures, terminal)]),
    ...(most !== undefined && rows.length > most.terminal
      ? [dim(`and ${rows.length - most.terminal} more, ${most.rest}`)]
      : []),
    ...examples.flatMap((one) => describeExamples(one, terminal.colours)),
  ];
  return [...(heading === undefined || lines.length === 0 ? [] : [bold(heading)]), ...lines].join('\n');
}

/** Table of names, values and their intervals. */
export function figuresTable(figures: Figures, terminal: Terminal): string {
  const shown = columnsOf(figures, 'terminal');
  const [names] = figures.columns;
  const head = [{ title: shortTitle(names), isName: names.isName }, ...shown.flatMap(({ column }) => headOf(column))];
  const rows = figures.rows
    .slice(0, figures.most?.terminal)
    .map(({ name, isPart, cells }) => [
      isPart === true ? `  ${name}` : name,
      ...shown.flatMap(({ column, at }) => written(cells[at], column)),
    ]);
  return formatTable(head, rows, terminal.colours, tableWidth(terminal));
}

function shortTitle({ title, short }: Figure): string {
  return short ?? `${title.slice(0, 1).toLowerCase()}${title.slice(1)}`;
}

/** Ends of intervals have equal widths, so that they align. */
function headOf(column: Figure): Column[] {
  const { unit = 'text', interval, isName } = column;
  const value = { title: shortTitle(column), isName, isNumeric: !['text', 'verdict', 'p'].includes(unit) };
  const hasOwn = interval !== undefined && interval !== 'inline';
  return hasOwn ? [value, { title: interval, isNumeric: unit === 'share' }] : [value];
}

function written(cell: Cell, column: Figure): string[] {
  const { interval, unit } = column;
  const { note, verdict } = typeof cell === 'object' ? cell : {};
  const isSure = unit === 'p' && verdict !== undefined && verdict !== 'no-evidence';
  const text = `${cellText(cell, column)}${note === undefined ? '' : `, ${note}`}${isSure ? ' *' : ''}`;
  if (interval === undefined) return [text];
  const ends = intervalText(cell, column, true);
  if (interval === 'inline') return [ends === undefined ? text : `${text} (${ends})`];
  return [text, ends ?? (cell === undefined ? '–' : '')];
}

function describeExamples({ items, inTerminal = 0 }: Examples, { dim, cyan }: Colours): string[] {
  return items.slice(0, inTerminal).flatMap(({ lines }) =>
    lines.map((line) => {
      if (typeof line === 'string') return `  ${dim(oneLine(line))}`;
      return `  ${dim(oneLine(line.said))} ${dim('→')} ${cyan(oneLine(line.answer))}`;
    }),
  );
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
