import type { Column } from './columns.ts';
import { rowText, type Row } from './page-rows.ts';
import { stretchesOf } from './tables.ts';

/** A paragraph, a heading or a table, with its page. */
export interface Block {
  text: string;
  kind: 'paragraph' | 'heading' | 'table';
  size: number;
  page: number;
  /** A paragraph that does not end in a sentence's end may go on in the next column. */
  isOpen: boolean;
  /** The first of its column. */
  isFirst: boolean;
}

const LIST_MARK = /^(?:[•▪◦‣●■–—-]\s|\(?(?:\d{1,3}|[a-z])[.)]\s)/;
const SENTENCE_END = /[.!?:;…]["'”’)\]]?$/;

/** The blocks of one column; `bodySize` is the size of most of the document's text. */
export function blocksOf(column: Column, page: number, bodySize: number): Block[] {
  const blocks = stretchesOf(column.rows).flatMap((stretch): Block[] =>
    'table' in stretch
      ? [{ text: stretch.table, kind: 'table', size: bodySize, page, isOpen: false, isFirst: false }]
      : paragraphsOf(stretch.rows, { column, page, bodySize }),
  );
  return blocks.map((block, index) => ({ ...block, isFirst: index === 0 }));
}

interface Place {
  column: Column;
  page: number;
  bodySize: number;
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
  { column, bodySize, leading }: Place & { leading: number },
): boolean {
  const previous = open.at(-1)!;
  const isOtherSize = Math.abs(row.size - previous.size) > 0.12 * bodySize;
  const isFar = (row.y - previous.y) / row.size > leading * 1.3 || row.y < previous.y;
  if (isOtherSize || isFar || LIST_MARK.test(rowText(row))) return true;
  const width = column.right - column.left;
  const right = previous.segments.at(-1)!.right;
  const isShort = right < column.right - 0.2 * width;
  const indent = row.segments[0].left - open[0].segments[0].left;
  // An indented line begins a paragraph, unless it hangs below a list's mark.
  const isIndented =
    indent > 0.8 * row.size && indent < 0.3 * width && !LIST_MARK.test(rowText(open[0])) && open.length > 1;
  return isIndented || (isShort && SENTENCE_END.test(rowText(previous)));
}

const LONGEST_HEADING = 200;

function blockOf(lines: readonly Row[], { page, bodySize }: Place): Block {
  const text = lines.map(rowText).join('\n');
  const { size } = lines[0];
  const isHeading = size > 1.12 * bodySize && text.length <= LONGEST_HEADING && /\p{L}/u.test(text);
  const isOpen = !isHeading && !SENTENCE_END.test(text);
  return { text, kind: isHeading ? 'heading' : 'paragraph', size, page, isOpen, isFirst: false };
}
