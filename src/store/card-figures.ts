/** Figures of a model card, in Markdown. */
import {
  cellText,
  columnsOf,
  intervalText,
  type Cell,
  type Column,
  type Figures,
  type FiguresShown,
} from '../base/figures.ts';

export function measuredSection({ title, lead, figures, notes = [] }: FiguresShown): string {
  const parts = figures.flatMap((one) => [
    ...(one.heading === undefined ? [] : [`### ${one.heading}`]),
    ...(one.lead === undefined ? [] : [one.lead]),
    ...(one.rows.length === 0 ? [] : [figuresTable(one)]),
  ]);
  return [`## ${title}`, lead, ...parts, ...notes].join('\n\n');
}

export function figuresTable(figures: Figures): string {
  const shown = columnsOf(figures, 'page').map(({ column, at }) => {
    const cells = figures.rows.map((row) => row.cells[at]);
    return { column, at, hasInterval: cells.some((cell) => intervalText(cell, column) !== undefined) };
  });
  const head = shown.flatMap(({ column, hasInterval }) => (hasInterval ? [column.title, 'Interval'] : [column.title]));
  const rows = figures.rows.slice(0, figures.most?.page).map(({ name, note, isPart, isSubject, cells }) => [
    `${isPart === true ? '– ' : ''}${name}${isSubject === true ? ' (this one)' : ''}${note === undefined ? '' : ` (${note})`}`,
    ...shown.flatMap(({ column, at, hasInterval }) => {
      const text = written(cells[at], column);
      return hasInterval ? [text, intervalText(cells[at], column) ?? ''] : [text];
    }),
  ]);
  return table([figures.columns[0].title, ...head], rows);
}

function written(cell: Cell, column: Column): string {
  const note = typeof cell === 'object' ? cell.note : undefined;
  return note === undefined ? cellText(cell, column) : `${cellText(cell, column)}, ${note}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
