import { greatest, pushAll, smallest } from '@attune/base/many';
import type { Row, Segment } from './page-rows.ts';

/** Rows in reading order, grouped by column. */
export interface Column {
  left: number;
  right: number;
  rows: Row[];
}

/** Maximum share of rows that cross a gutter: titles and wide figures are few. */
const MOST_CROSSING = 0.3;
/** Each side of a gutter has text in at least this share of the rows, and its lines fill this much of its width. */
const LEAST_ROWS = 0.25;
const LEAST_FILL = 0.55;
const LEAST_LINES = 6;

/** The columns of a page in reading order; a row that spans them ends the columns above it. */
export function columnsOf(rows: readonly Row[]): Column[] {
  const segments = rows.flatMap((row) => row.segments);
  if (segments.length === 0) return [];
  const [left, right] = [smallest(segments.map((one) => one.left)), greatest(segments.map((one) => one.right))];
  const gutter = gutterOf(rows, left, right);
  if (gutter === undefined) return [{ left, right, rows: [...rows] }];
  const columns: Column[] = [];
  let band: Row[] = [];
  const close = (): void => {
    const sides = [
      band.flatMap((row) => part(row, (one) => one.right <= gutter + 1)),
      band.flatMap((row) => part(row, (one) => one.left >= gutter - 1)),
    ];
    for (const side of sides) pushAll(columns, columnsOf(side));
    band = [];
  };
  let spanning: Row[] = [];
  for (const row of rows) {
    const crosses = row.segments.some((one) => one.left < gutter - 1 && one.right > gutter + 1);
    if (crosses) {
      close();
      spanning.push(row);
      continue;
    }
    if (spanning.length > 0) columns.push({ left, right, rows: spanning });
    spanning = [];
    band.push(row);
  }
  if (spanning.length > 0) columns.push({ left, right, rows: spanning });
  close();
  return columns;
}

function part(row: Row, isOn: (segment: Segment) => boolean): Row[] {
  const segments = row.segments.filter(isOn);
  if (segments.length === 0) return [];
  const [left, right] = [segments[0].left, greatest(segments.map((one) => one.right))];
  const runs = row.runs?.filter((run) => run.left >= left - 1 && run.right <= right + 1);
  const size = greatest(segments.map((one) => one.size));
  return [{ y: row.y, size, segments, ...(runs && runs.length > 0 && { runs }) }];
}

/** Middle of a strip that few rows cross, between two columns of prose; table cells are shorter. */
function gutterOf(rows: readonly Row[], left: number, right: number): number | undefined {
  const width = Math.ceil(right - left);
  if (rows.length < LEAST_LINES || width < 100 || width > 20_000) return undefined;
  const crossings = Array.from({ length: width + 1 }, () => 0);
  for (const { segments } of rows) {
    for (const one of segments) {
      const to = Math.min(width, Math.ceil(one.right - left));
      for (let x = Math.max(0, Math.floor(one.left - left)); x < to; x++) crossings[x]++;
    }
  }
  const [from, to] = [Math.floor(width * 0.2), Math.ceil(width * 0.8)];
  const least = smallest(crossings.slice(from, to));
  if (least > rows.length * MOST_CROSSING) return undefined;
  const strip = widestStrip(crossings, { from, to, least });
  const gutter = left + strip;
  const sides = [
    rows.flatMap((row) => part(row, (one) => one.right <= gutter + 1)),
    rows.flatMap((row) => part(row, (one) => one.left >= gutter - 1)),
  ];
  return sides.every((side) => isRunning(side, rows.length)) ? gutter : undefined;
}

function widestStrip(
  crossings: readonly number[],
  { from, to, least }: { from: number; to: number; least: number },
): number {
  let best = { start: from, length: 0 };
  let start = from;
  for (let x = from; x <= to; x++) {
    if (x < to && crossings[x] <= least) continue;
    if (x - start > best.length) best = { start, length: x - start };
    start = x + 1;
  }
  return best.start + best.length / 2;
}

/** A column of prose: enough lines, most of which fill most of its width. */
function isRunning(rows: readonly Row[], all: number): boolean {
  if (rows.length < Math.max(LEAST_LINES / 2, all * LEAST_ROWS)) return false;
  const segments = rows.flatMap((row) => row.segments);
  const width = greatest(segments.map(({ right }) => right)) - smallest(segments.map(({ left }) => left));
  const fills = rows
    .map((row) => row.segments.reduce((sum, one) => sum + one.right - one.left, 0) / width)
    .sort((a, b) => a - b);
  return fills[Math.floor(fills.length / 2)] >= LEAST_FILL;
}
