/** Parts of a workbook that its sheets refer to: names, shared strings, formats. Sheets themselves are streamed. */
import { table } from '@attune/base/table';
import { Unreadable } from '../../outcome.ts';
import { elementsNamed, firstNamed, parseXml } from '../../text/xml.ts';
import type { ZipParts } from '../archive/zip-file.ts';
import { dateOf, isDateFormat } from './number-format.ts';
import { relationsOf } from './relations.ts';

export type Cell = string | number | boolean;

export interface SheetRow {
  /** 1-based, as displayed. */
  number: number;
  cells: Cell[];
}

export interface Sheet {
  name: string;
  isHidden: boolean;
  rows(): AsyncGenerator<SheetRow>;
}

/** @throws Unreadable broken */
export async function sheetsOf(parts: ZipParts): Promise<Sheet[]> {
  const book = await parseXml((await parts.text('xl/workbook.xml')) ?? '');
  if (book === undefined) throw new Unreadable('broken', 'it has no list of sheets');
  const relations = await relationsOf(parts, 'xl/workbook.xml');
  const uses1904 = ['1', 'true'].includes(firstNamed(book, 'workbookPr')?.getAttribute('date1904') ?? '');
  const cells = new CellReader(await sharedTexts(parts), await dateStyles(parts), uses1904);
  return [...elementsNamed(book, 'sheet')].flatMap((element) => {
    const target = relations.get(element.getAttribute('r:id') ?? '')?.target;
    if (target === undefined) return [];
    const isHidden = !['visible', null].includes(element.getAttribute('state'));
    return [
      { name: unescaped(element.getAttribute('name') ?? ''), isHidden, rows: () => rowsOf(parts, target, cells) },
    ];
  });
}

const ITEM = /<(?:\w+:)?si\b[^>]*?(?:\/>|>([^]*?)<\/(?:\w+:)?si>)/g;
/** Text elements; phonetic hints are in a separate element. */
const TEXT = /<(?:\w+:)?t\b[^>]*?(?:\/>|>([^]*?)<\/(?:\w+:)?t>)/g;
const PRONUNCIATION = /<(?:\w+:)?rPh\b[^]*?<\/(?:\w+:)?rPh>/g;

async function sharedTexts(parts: ZipParts): Promise<string[]> {
  const xml = (await parts.text('xl/sharedStrings.xml')) ?? '';
  return Array.from(xml.matchAll(ITEM), ([, content = '']) => textIn(content));
}

function textIn(xml: string): string {
  return Array.from(xml.replace(PRONUNCIATION, '').matchAll(TEXT), ([, text = '']) => unescaped(text)).join('');
}

/** Whether each cell style shows a date. */
async function dateStyles(parts: ZipParts): Promise<boolean[]> {
  const styles = await parseXml((await parts.text('xl/styles.xml')) ?? '');
  if (styles === undefined) return [];
  const codes = new Map(
    [...elementsNamed(styles, 'numFmt')].map((format) => [
      Number(format.getAttribute('numFmtId')),
      unescaped(format.getAttribute('formatCode') ?? ''),
    ]),
  );
  const cellFormats = firstNamed(styles, 'cellXfs');
  if (cellFormats === undefined) return [];
  return [...elementsNamed(cellFormats, 'xf')].map((format) => {
    const id = Number(format.getAttribute('numFmtId') ?? 0);
    return isDateFormat(id, codes.get(id));
  });
}

const ROW = /<(?:\w+:)?row\b([^>]*?)(?:\/>|>([^]*?)<\/(?:\w+:)?row>)/g;
const ROW_END = /<\/(?:\w+:)?row>|\/>/;
const LONGEST_ROW = 64 * 2 ** 20;

/** Streams rows, however long the sheet is. */
async function* rowsOf(parts: ZipParts, part: string, cells: CellReader): AsyncGenerator<SheetRow> {
  let rest = '';
  let number = 0;
  for await (const piece of parts.textPieces(part)) {
    const isRowOver = ROW_END.test(rest.slice(-20) + piece);
    rest += piece;
    if (rest.length > LONGEST_ROW && !isRowOver) throw new Unreadable('broken', `a row of sheet ${part} has no end`);
    if (!isRowOver) continue;
    let end = 0;
    for (const match of rest.matchAll(ROW)) {
      const [whole, attributes, content = ''] = match;
      end = match.index + whole.length;
      number = Number(/\br="(\d+)"/.exec(attributes)?.[1] ?? number + 1);
      yield { number, cells: cells.read(content) };
    }
    rest = rest.slice(end);
  }
}

const CELL = /<(?:\w+:)?c\b([^>]*?)(?:\/>|>([^]*?)<\/(?:\w+:)?c>)/g;
const VALUE = /<(?:\w+:)?v\b[^>]*>([^]*?)<\/(?:\w+:)?v>/;
const MOST_COLUMNS = 16_384;

class CellReader {
  readonly #texts: readonly string[];
  readonly #dates: readonly boolean[];
  readonly #uses1904: boolean;

  constructor(texts: readonly string[], dates: readonly boolean[], uses1904: boolean) {
    this.#texts = texts;
    this.#dates = dates;
    this.#uses1904 = uses1904;
  }

  /** Cells by column; omitted cells are empty. */
  read(row: string): Cell[] {
    const cells: Cell[] = [];
    for (const [, attributes, content = ''] of row.matchAll(CELL)) {
      const letters = /\br="([A-Z]+)\d*"/.exec(attributes)?.[1];
      const column = letters === undefined ? cells.length : columnOf(letters);
      if (column >= MOST_COLUMNS) continue;
      while (cells.length < column) cells.push('');
      cells[column] = this.#value(attributes, content);
    }
    return cells;
  }

  #value(attributes: string, content: string): Cell {
    const type = /\bt="(\w+)"/.exec(attributes)?.[1] ?? 'n';
    if (type === 'inlineStr') return textIn(content);
    const raw = VALUE.exec(content)?.[1];
    // A formula that was never computed or failed has no value.
    if (raw === undefined || type === 'e') return '';
    if (type === 's') return this.#texts[Number(raw)] ?? '';
    if (type === 'str' || type === 'd') return unescaped(raw);
    if (type === 'b') return raw === '1';
    const number = Number(raw);
    if (!Number.isFinite(number)) return unescaped(raw);
    const style = Number(/\bs="(\d+)"/.exec(attributes)?.[1] ?? 0);
    // Sheets compute with fifteen digits; further digits are binary rounding noise.
    return this.#dates[style] === true ? dateOf(number, this.#uses1904) : Number(number.toPrecision(15));
  }
}

/** "A" is 0, "AB" 27. */
function columnOf(letters: string): number {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

const NAMED: Record<string, string> = table({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" });

/** Decodes XML entities, and the sheets' own escapes for characters that XML cannot contain. */
function unescaped(text: string): string {
  return text
    .replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/_x([0-9A-F]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\r\n', '\n');
}
