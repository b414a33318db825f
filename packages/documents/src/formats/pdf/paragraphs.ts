import type { Column } from './columns.ts';
import { rowText, type Row } from './page-rows.ts';
import { stretchesOf } from './tables.ts';

/** A paragraph, a heading or a table, with its page. */
export interface Block {
  text: string;
  kind: 'paragraph' | 'heading' | 'table' | 'code';
  size: number;
  page: number;
  /** Whether it lacks a sentence end, so that it may continue in the next column. */
  isOpen: boolean;
  /** Whether it is the first of its column. */
  isFirst: boolean;
}

const LIST_MARK = /^(?:[•▪◦‣●■–—-]\s|\(?(?:\d{1,3}|[a-z])[.)]\s)/;
const SENTENCE_END = /[.!?:;…]["'”’)\]]?$/;

/** Typographic properties of the whole document. */
export interface Setting {
  /** Font size of most of its text. */
  bodySize: number;
  /** Whether monospaced letters mark code. */
  hasCode: boolean;
  /** Whether bold letters mark headings. */
  hasBoldHeadings: boolean;
}

/** Splits a column into blocks. */
export function blocksOf(column: Column, page: number, setting: Setting): Block[] {
  const { bodySize: size, hasCode } = setting;
  const blocks = stretchesOf(column.rows, hasCode).flatMap(({ rows, table, code }): Block[] => {
    const common = { size, page, isOpen: false, isFirst: false };
    if (table !== undefined) return [{ ...common, kind: 'table', text: table }];
    if (code !== undefined) return [{ ...common, kind: 'code', text: code }];
    return paragraphsOf(rows, { ...setting, column, page });
  });
  return blocks.map((block, index) => ({ ...block, isFirst: index === 0 }));
}

interface Place extends Setting {
  column: Column;
  page: number;
}

function paragraphsOf(rows: readonly Row[], place: Place): Block[] {
  const leading = usualLeading(rows);
  const paragraphs: Row[][] = [];
  for (const row of rows) {
    const open = paragraphs.at(-1);
    if (open === undefined || beginsParagraph(row, open, { ...place, leading })) paragraphs.push([row]);
    else open.push(row);
  }
  return paragraphs.map((lines) => blockOf(lines, place));
}

/** The most common distance between lines. */
function usualLeading(rows: readonly Row[]): number {
  const gaps = rows
    .slice(1)
    .map((row, index) => (row.y - rows[index].y) / row.size)
    .filter((gap) => gap > 0.8 && gap < 3);
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 1.2;
}

function beginsParagraph(
  row: Row,
  open: readonly Row[],
  { column, bodySize, leading, hasBoldHeadings }: Place & { leading: number },
): boolean {
  const previous = open.at(-1)!;
  const isOtherSize = Math.abs(row.size - previous.size) > 0.12 * bodySize;
  const isFar = (row.y - previous.y) / row.size > leading * 1.3 || row.y < previous.y;
  if (isOtherSize || isFar || LIST_MARK.test(rowText(row))) return true;
  const width = column.right - column.left;
  const right = previous.segments.at(-1)!.right;
  const isShort = right < column.right - 0.2 * width;
  // A heading in bold; paragraphs may contain bold lines too.
  if (
    hasBoldHeadings &&
    isBold(row) !== isBold(previous) &&
    (isBold(previous) || isShort || SENTENCE_END.test(rowText(previous)))
  )
    return true;
  const indent = row.segments[0].left - open[0].segments[0].left;
  // An indented line begins a paragraph, unless it is aligned with the text of a list item.
  const isIndented =
    indent > 0.8 * row.size && indent < 0.3 * width && !LIST_MARK.test(rowText(open[0])) && open.length > 1;
  return isIndented || (isShort && SENTENCE_END.test(rowText(previous)));
}

const LONGEST_HEADING = 200;

/** A numbered heading on its own line: "2.1. Creation of objects". */
const NUMBERED = /^\d{1,2}(?:\.\d{1,2})+\.?\s+\p{Lu}/u;
const LONGEST_BOLD = 120;
/** A bold heading in the body's size ranks as if it were this much larger: below all larger headings. */
const BOLD_SIZE = 1.03;

function isBold({ segments }: Row): boolean {
  return segments.every((segment) => segment.isBold);
}

/** A heading in the body's size, recognised by bold letters or a number. */
function isQuietHeading(lines: readonly Row[], text: string, { hasBoldHeadings }: Place): boolean {
  if (lines.length > 2 || text.length > LONGEST_BOLD || /[.!;:,]$/.test(text) || LIST_MARK.test(text)) return false;
  // A line with a number at both ends belongs to a table of contents.
  if (/^\d.*\s\d{1,4}$/s.test(text)) return false;
  if (lines.length === 1 && NUMBERED.test(text)) return true;
  return (
    hasBoldHeadings && lines.every(isBold) && /^(?:\d[\d.]*\s+)?[\p{Lu}\p{Lo}“"]/u.test(text) && /\p{L}{2}/u.test(text)
  );
}

function blockOf(lines: readonly Row[], place: Place): Block {
  const { page, bodySize } = place;
  const text = lines.map(rowText).join('\n');
  const { size } = lines[0];
  const isHeading = size > 1.12 * bodySize && text.length <= LONGEST_HEADING && /\p{L}/u.test(text);
  const isOpen = !isHeading && !SENTENCE_END.test(text);
  if (!isHeading && Math.abs(size - bodySize) < 0.12 * bodySize && isQuietHeading(lines, text, place))
    return { text, kind: 'heading', size: BOLD_SIZE * bodySize, page, isOpen: false, isFirst: false };
  return { text, kind: isHeading ? 'heading' : 'paragraph', size, page, isOpen, isFirst: false };
}
