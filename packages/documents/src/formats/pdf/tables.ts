import { markdownTable } from '../../text/html-table.ts';
import { codeAt } from './code.ts';
import type { Row, Segment } from './page-rows.ts';

/** Consecutive rows: prose, a table, or code. */
export type Stretch = { rows: Row[]; table?: string; code?: string };

/** Finds rows with vertically aligned cells, and lines of code. */
export function stretchesOf(rows: readonly Row[], hasCode: boolean): Stretch[] {
  const stretches: Stretch[] = [];
  let plain: Row[] = [];
  for (let at = 0; at < rows.length;) {
    const found = (hasCode ? codeAt(rows, at) : undefined) ?? tableAt(rows, at);
    if (found === undefined) {
      plain.push(rows[at++]);
      continue;
    }
    if (plain.length > 0) stretches.push({ rows: plain });
    plain = [];
    stretches.push(found);
    at += found.rows.length;
  }
  if (plain.length > 0) stretches.push({ rows: plain });
  return stretches;
}

interface Band {
  left: number;
  right: number;
}

/** Maximum distance between rows of a table, in ems of its text. */
const MOST_LEADING = 3.5;

function tableAt(rows: readonly Row[], from: number): Stretch | undefined {
  if (rows[from].segments.length < 2) return undefined;
  const taken = [rows[from]];
  let bands = bandsOf(rows[from].segments);
  for (const row of rows.slice(from + 1)) {
    const previous = taken.at(-1)!;
    if (row.y - previous.y > MOST_LEADING * Math.max(row.size, previous.size)) break;
    const wider = fitting(bands, row);
    if (wider === undefined) break;
    bands = wider;
    taken.push(row);
  }
  // A single line below may be the paragraph that follows.
  while (taken.length > 0 && taken.at(-1)!.segments.length < 2 && startsFirst(taken.at(-1)!, bands)) taken.pop();
  const full = taken.filter(({ segments }) => segments.length >= 2);
  if (full.length < 2 || (full.length < 3 && bands.length < 3)) return undefined;
  const cells = cellsOf(taken, bands);
  return cells.length < 2 ? undefined : { rows: taken, table: markdownTable(cells) };
}

function bandsOf(segments: readonly Segment[]): Band[] {
  return segments.map(({ left, right }) => ({ left, right }));
}

/** The bands extended by a row's cells; undefined if a cell spans two, or a single line is not a cell. */
function fitting(bands: readonly Band[], row: Row): Band[] | undefined {
  const next = bands.map((band) => ({ ...band }));
  for (const segment of row.segments) {
    const touched = next.filter((band) => segment.left < band.right && segment.right > band.left);
    if (touched.length > 1) return undefined;
    const [band] = touched;
    if (band === undefined) next.push({ left: segment.left, right: segment.right });
    else [band.left, band.right] = [Math.min(band.left, segment.left), Math.max(band.right, segment.right)];
  }
  const sorted = next.sort((a, b) => a.left - b.left);
  const isApart = sorted.every((band, index) => index === 0 || band.left > sorted[index - 1].right);
  const isNew = sorted.length > bands.length + 1 || (row.segments.length === 1 && sorted.length > bands.length);
  return isApart && !isNew ? sorted : undefined;
}

function startsFirst({ segments: [segment] }: Row, bands: readonly Band[]): boolean {
  return segment.left < bands[0].right;
}

/** A row with a single cell that is not the first continues the row above. */
function cellsOf(rows: readonly Row[], bands: readonly Band[]): string[][] {
  const cells: string[][] = [];
  for (const row of rows) {
    const texts = bands.map((band) =>
      row.segments
        .filter((one) => one.left < band.right + 0.1 && one.right > band.left - 0.1)
        .map(({ text }) => text)
        .join(' '),
    );
    const last = cells.at(-1);
    const goesOn = last !== undefined && row.segments.length === 1 && texts[0] === '';
    if (goesOn) for (const [index, text] of texts.entries()) last[index] = `${last[index]} ${text}`.trim();
    else cells.push(texts);
  }
  return cells;
}
