/** Rows of an OpenDocument sheet: repeated cells and rows are stored once. */
import type { NoteBook } from '../../outcome.ts';
import { bareName, elementsNamed, type XmlElement } from '../../text/xml.ts';
import type { Cell, SheetRow } from './workbook.ts';

/** Sheets are padded with empty cells and rows to their full size. */
const MOST_REPEATED = 1000;
const MOST_SPACES = 200;

export function* openSheetRows(sheet: XmlElement, notes: NoteBook): Generator<SheetRow> {
  let number = 1;
  for (const row of elementsNamed(sheet, 'table-row')) {
    const cells = cellsOf(row);
    const times = countOf(row, 'table:number-rows-repeated');
    const shown = cells.length === 0 ? 0 : Math.min(times, MOST_REPEATED);
    for (let time = 0; time < shown; time++) yield { number: number + time, cells };
    if (shown > 0 && shown < times)
      notes.add(`rows that repeat more than ${MOST_REPEATED} times`, `row ${number + shown}`, times - shown);
    number += times;
  }
}

/** Number of repetitions; 1 if invalid. */
function countOf(element: XmlElement, attribute: string): number {
  return Math.max(1, Number(element.getAttribute(attribute) ?? 1) || 1);
}

function cellsOf(row: XmlElement): Cell[] {
  const cells: Cell[] = [];
  for (const cell of row.children) {
    if (bareName(cell) !== 'table-cell' && bareName(cell) !== 'covered-table-cell') continue;
    const times = Math.min(MOST_REPEATED, countOf(cell, 'table:number-columns-repeated'));
    const value = valueOf(cell);
    for (let time = 0; time < times; time++) cells.push(value);
  }
  while (cells.at(-1) === '') cells.pop();
  return cells;
}

function valueOf(cell: XmlElement): Cell {
  const attribute = (name: string): string | null => cell.getAttribute(`office:${name}`);
  const type = attribute('value-type');
  const value = attribute('value') ?? '';
  const isNumber = type === 'float' || type === 'currency' || type === 'percentage';
  if (isNumber && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  if (type === 'date') return attribute('date-value') ?? '';
  if (type === 'boolean') return attribute('boolean-value') === 'true';
  return [...paragraphsOf(cell)].join('\n');
}

/** Paragraphs of a cell without its comments. */
function* paragraphsOf(element: XmlElement): Generator<string> {
  for (const child of element.children) {
    const name = bareName(child);
    if (name === 'p') yield textOf(child);
    else if (name !== 'annotation') yield* paragraphsOf(child);
  }
}

function textOf(element: XmlElement): string {
  if (element.nodeType === 3) return element.textContent ?? '';
  if (element.nodeType !== 1) return '';
  const name = bareName(element);
  if (name === 's') return ' '.repeat(Math.min(MOST_SPACES, countOf(element, 'text:c')));
  if (name === 'tab') return '\t';
  if (name === 'line-break') return '\n';
  return name === 'annotation' ? '' : Array.from(element.childNodes, textOf).join('');
}
