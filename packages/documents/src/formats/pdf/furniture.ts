import { rowText, type Row } from './page-rows.ts';

/** Headers and footers of pages: running titles and page numbers. */

/** Number of rows examined at either end, and the margin, as a share of the page, that contains them. */
const ROWS_LOOKED_AT = 3;
const MARGIN = 0.14;
/** Share of the pages on which a line must be for it to be furniture; left and right pages may differ. */
const REPEATED_ON = 0.3;
const LEAST_PAGES = 3;

const PAGE_NUMBER =
  /^[-–—\s|]*(?:(?:page|seite|pagina|página|p\.?)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:\/|of|von|de|di|sur)\s*\d{1,4})?[-–—\s|]*$/i;

export interface PageRows {
  height: number;
  rows: Row[];
}

/**
 * Removes page numbers and running headers: lines that repeat at the same end of many pages (ignoring numbers), that
 * count with the pages, or that are set apart from the text at a fixed position.
 */
export function withoutFurniture(pages: readonly PageRows[], bodySize: number): PageRows[] {
  const counts = new Map<string, number>();
  const candidates = pages.map((page) => marginRows(page));
  for (const rows of candidates) for (const key of new Set(rows.values())) counts.set(key, (counts.get(key) ?? 0) + 1);
  const enough = Math.max(LEAST_PAGES, pages.length * REPEATED_ON);
  const numbered = countingRows(pages);
  const apart = rowsApart(pages, bodySize);
  return pages.map(({ height, rows }, index) => {
    const margins = candidates[index];
    const isFurniture = (row: Row): boolean => {
      if (numbered.has(row) || apart.has(row)) return true;
      const key = margins.get(row);
      if (key === undefined) return false;
      return counts.get(key)! >= enough || (pages.length > 1 && PAGE_NUMBER.test(rowText(row)));
    };
    return { height, rows: rows.filter((row) => !isFurniture(row)) };
  });
}

/** First and last rows whose first or last word is a number that increases by one from page to page. */
function countingRows(pages: readonly PageRows[]): Set<Row> {
  const found = new Map<number, Row[]>();
  for (const [index, { rows, height }] of pages.entries()) {
    for (const row of new Set([rows[0], rows.at(-1)])) {
      if (row === undefined) continue;
      const words = rowText(row).split(' ');
      const isInMargin = row.y < height * MARGIN || row.y > height * (1 - MARGIN);
      // A lone number may be anywhere; a line of text must be in the margin.
      if (words.length > 1 && !isInMargin) continue;
      for (const word of new Set([words[0], words.at(-1)!])) {
        if (!/^\d{1,4}$/.test(word)) continue;
        const offset = Number(word) - index;
        found.set(offset, [...(found.get(offset) ?? []), row]);
      }
    }
  }
  const enough = Math.max(LEAST_PAGES, pages.length * REPEATED_ON);
  return new Set([...found.values()].filter(({ length }) => length >= enough).flat());
}

/** Distance from the next row, in units of the leading, from which a row is separate. */
const APART = 1.7;
/** Minimum share of such rows that partly repeat another: a running title stays for a chapter. */
const WITH_TWIN = 0.4;

/**
 * Outermost rows at the same height on many pages, no larger than the body and apart from it: chapter and section
 * titles.
 */
function rowsApart(pages: readonly PageRows[], bodySize: number): Set<Row> {
  const places = new Map<string, { row: Row; isApart: boolean }[]>();
  for (const { rows, height } of pages) {
    const ends: [string, Row | undefined, Row | undefined][] = [
      ['top', rows[0], rows[1]],
      ['bottom', rows.at(-1), rows.at(-2)],
    ];
    for (const [end, row, next] of ends) {
      if (row === undefined || next === undefined) continue;
      const isInMargin = end === 'top' ? row.y < height * MARGIN : row.y > height * (1 - MARGIN);
      if (!isInMargin || row.size > 1.05 * bodySize) continue;
      const place = `${end} ${Math.round(row.y / 2)}`;
      const isApart = Math.abs(next.y - row.y) > APART * bodySize;
      places.set(place, [...(places.get(place) ?? []), { row, isApart }]);
    }
  }
  const enough = Math.max(LEAST_PAGES, pages.length * REPEATED_ON);
  const found = new Set<Row>();
  for (const rows of places.values()) {
    const apart = rows.filter(({ isApart }) => isApart).map(({ row }) => row);
    const parts = Map.groupBy(
      apart.flatMap(({ segments }) => segments),
      ({ text }) => text,
    );
    const twins = apart.filter(({ segments }) => segments.some(({ text }) => parts.get(text)!.length > 1));
    if (apart.length < enough || apart.length < 0.8 * rows.length || twins.length < WITH_TWIN * apart.length) continue;
    for (const row of apart) found.add(row);
  }
  return found;
}

/** A line of a table of contents: dot leaders up to a page number. */
const LEADERS = /(?:\.\s?){6,}\s*(?:\d{1,4}|[ivxlc]{1,7})?\s*$/i;

/** Removes lines of tables of contents and counts them. */
export function withoutContents<Page extends PageRows>(pages: readonly Page[]): { pages: Page[]; lines: number } {
  const kept = pages.map((page) => ({ ...page, rows: page.rows.filter((row) => !LEADERS.test(rowText(row))) }));
  const count = (all: readonly PageRows[]): number => all.reduce((sum, { rows }) => sum + rows.length, 0);
  return { pages: kept, lines: count(pages) - count(kept) };
}

/** The outermost rows, keyed by their text without numbers and their end of the page. */
function marginRows({ height, rows }: PageRows): Map<Row, string> {
  const margins = new Map<Row, string>();
  const key = (row: Row): string =>
    rowText(row)
      .replace(/\d+/g, '#')
      .replace(/\b[ivxlc]+\b/gi, '#')
      .trim()
      .toLowerCase();
  for (const row of rows.slice(0, ROWS_LOOKED_AT)) if (row.y < height * MARGIN) margins.set(row, `top ${key(row)}`);
  for (const row of rows.slice(-ROWS_LOOKED_AT))
    if (row.y > height * (1 - MARGIN)) margins.set(row, `bottom ${key(row)}`);
  return margins;
}
