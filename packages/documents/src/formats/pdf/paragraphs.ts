import type { Column } from './columns.ts';
import { rowText, type Row } from './page-rows.ts';
import { stretchesOf } from './tables.ts';

/** A paragraph, a heading or a table, with its page. */
export interface Block {
  text: string;
  kind: 'paragraph' | 'heading' | 'table' | 'code';
  size: number;
  page: number;
  /** A paragraph that does not end in a sentence's end may go on in the next column. */
  isOpen: boolean;
  /** The first of its column. */
  isFirst: boolean;
}

const LIST_MARK = /^(?:[•▪◦‣●■–—-]\s|\(?(?:\d{1,3}|[a-z])[.)]\s)/;
const SENTENCE_END = /[.!?:;…]["'”’)\]]?$/;

/** How the document is set, as a whole. */
export interface Setting {
  /** The size of most of its text. */
  bodySize: number;
  /** Letters of one width set code apart. */
  hasCode: boolean;
  /** Bold letters set headings apart. */
  hasBoldHeadings: boolean;
}

/** The blocks of one column. */
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

/** The distance of most lines to the next. */
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
  // A heading in bold letters; a paragraph may hold a line of them too.
  if (
    hasBoldHeadings &&
    isBold(row) !== isBold(previous) &&
    (isBold(previous) || isShort || SENTENCE_END.test(rowText(previous)))
  )
    return true;
  const indent = row.segments[0].left - open[0].segments[0].left;
  // An indented line begins a paragraph, unless it hangs below a list's mark.
  const isIndented =
    indent > 0.8 * row.size && indent < 0.3 * width && !LIST_MARK.test(rowText(open[0])) && open.length > 1;
  return isIndented || (isShort && SENTENCE_END.test(rowText(previous)));
}

const LONGEST_HEADING = 200;

/** Between numbers of one heading and the next: "2.1. Creation of objects" on a line of its own. */
const NUMBERED = /^\d{1,2}(?:\.\d{1,2})+\.?\s+\p{Lu}/u;
const LONGEST_BOLD = 120;
/** A heading in the body's size is ranked as if it were this much larger: below all that are. */
const BOLD_SIZE = 1.03;

function isBold({ segments }: Row): boolean {
  return segments.every((segment) => segment.isBold);
}

/** In the size of the body: by its bold letters, or by its number. */
function isQuietHeading(lines: readonly Row[], text: string, { hasBoldHeadings }: Place): boolean {
  if (lines.length > 2 || text.length > LONGEST_BOLD || /[.!;:,]$/.test(text) || LIST_MARK.test(text)) return false;
  // A number at both ends is a line of a table of contents.
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
