import { rowText, type Row } from './page-rows.ts';

/** What stands at the top and bottom of pages: running titles and page numbers. */

/** Rows at either end that are looked at, and the part of the page that they must lie in. */
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

/** The pages without lines that repeat at the same end of many of them, numbers aside, and without page numbers. */
export function withoutFurniture(pages: readonly PageRows[]): PageRows[] {
  const counts = new Map<string, number>();
  const candidates = pages.map((page) => marginRows(page));
  for (const rows of candidates) for (const key of new Set(rows.values())) counts.set(key, (counts.get(key) ?? 0) + 1);
  const enough = Math.max(LEAST_PAGES, pages.length * REPEATED_ON);
  return pages.map(({ height, rows }, index) => {
    const margins = candidates[index];
    const isFurniture = (row: Row): boolean => {
      const key = margins.get(row);
      if (key === undefined) return false;
      return counts.get(key)! >= enough || (pages.length > 1 && PAGE_NUMBER.test(rowText(row)));
    };
    return { height, rows: rows.filter((row) => !isFurniture(row)) };
  });
}

/** A line of a table of contents: dots that lead to a page's number. */
const LEADERS = /(?:\.\s?){6,}\s*(?:\d{1,4}|[ivxlc]{1,7})?\s*$/i;

/** The pages without the lines of tables of contents, and how many those were. */
export function withoutContents<Page extends PageRows>(pages: readonly Page[]): { pages: Page[]; lines: number } {
  const kept = pages.map((page) => ({ ...page, rows: page.rows.filter((row) => !LEADERS.test(rowText(row))) }));
  const count = (all: readonly PageRows[]): number => all.reduce((sum, { rows }) => sum + rows.length, 0);
  return { pages: kept, lines: count(pages) - count(kept) };
}

/** The outermost rows, by what they say without numbers and which end they stand at. */
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
