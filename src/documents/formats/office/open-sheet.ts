/** Rows of a sheet of OpenDocument: cells and rows that repeat are written once. */
import { bareName, elementsNamed, type XmlElement } from '../../text/xml.ts';
import type { Cell, SheetRow } from './workbook.ts';

/** Sheets are filled up with empty cells and rows to their full size. */
const MOST_REPEATED = 1000;

export function* openSheetRows(sheet: XmlElement): Generator<SheetRow> {
  let number = 1;
  for (const row of elementsNamed(sheet, 'table-row')) {
    const cells = cellsOf(row);
    const times = Number(row.getAttribute('table:number-rows-repeated') ?? 1);
    const shown = cells.length === 0 ? 0 : Math.min(times, MOST_REPEATED);
    for (let time = 0; time < shown; time++) yield { number: number + time, cells };
    number += times;
  }
}

function cellsOf(row: XmlElement): Cell[] {
  const cells: Cell[] = [];
  for (const cell of row.children) {
    if (bareName(cell) !== 'table-cell' && bareName(cell) !== 'covered-table-cell') continue;
    const times = Math.min(MOST_REPEATED, Number(cell.getAttribute('table:number-columns-repeated') ?? 1));
    const value = valueOf(cell);
    for (let time = 0; time < times; time++) cells.push(value);
  }
  while (cells.at(-1) === '') cells.pop();
  return cells;
}

function valueOf(cell: XmlElement): Cell {
  const attribute = (name: string): string | null => cell.getAttribute(`office:${name}`);
  const type = attribute('value-type');
  if (type === 'float' || type === 'currency' || type === 'percentage') return Number(attribute('value'));
  if (type === 'date') return attribute('date-value') ?? '';
  if (type === 'boolean') return attribute('boolean-value') === 'true';
  return [...elementsNamed(cell, 'p')].map(({ textContent }) => textContent ?? '').join('\n');
}
