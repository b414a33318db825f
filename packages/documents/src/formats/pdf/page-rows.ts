/** Text of a page as rows of segments: runs on one line without a wide gap. Units are points, y grows downwards. */

import { lowered, raised } from '../../text/off-line.ts';
import type { Fonts } from './fonts.ts';

/** A run of characters from the library. */
export interface TextItem {
  str: string;
  /** [a, b, c, d, x, y]: y grows upwards. */
  transform: readonly number[];
  width: number;
  fontName?: string;
}

export interface Segment {
  left: number;
  right: number;
  /** The baseline. */
  y: number;
  size: number;
  text: string;
  /** Whether all of it is monospaced, or bold. */
  isMono: boolean;
  isBold: boolean;
}

/** Segments on one baseline, from left to right. */
export interface Row {
  y: number;
  size: number;
  segments: Segment[];
  /** The runs that were joined, if all are monospaced. */
  runs?: readonly Segment[];
}

/** Minimum gap, in ems, between columns or cells: wider than a space of justified text. */
const WIDE_GAP = 1.4;
const LIST_MARK = /^(?:[•▪◦‣●■–—*-]|\(?(?:\d{1,2}|[a-z])[.)])$/;
/** Maximum gap within a word. */
const WORD_GAP = 0.15;
/** Superscripts are close to the text that they belong to. */
const OFF_LINE_GAP = 0.3;

/** `view` maps page coordinates to display coordinates, upright and from the top. */
export function rowsOf(items: readonly TextItem[], view: readonly number[], fonts: Fonts): Row[] {
  const rows: Row[] = [];
  for (const run of runsOf(items, view, fonts).sort((a, b) => a.y - b.y || a.left - b.left)) {
    const last = rows.at(-1);
    // Superscripts and rounding shift the baseline slightly.
    if (last !== undefined && run.y - last.y < 0.45 * Math.max(last.size, run.size)) {
      last.segments.push(run);
      last.size = Math.max(last.size, run.size);
    } else rows.push({ y: run.y, size: run.size, segments: [run] });
  }
  return rows.map(joined);
}

/** Upright runs only; omits vertical text in the margin and watermarks. */
function runsOf(items: readonly TextItem[], view: readonly number[], fonts: Fonts): Segment[] {
  return items.flatMap(({ str, transform, width, fontName }) => {
    const [a, b, c, d, x, y] = multiplied(view, transform);
    const size = Math.hypot(c, d);
    const isUpright = a > 0 && Math.abs(b) < 0.1 * a && size > 0;
    return str.trim() !== '' && isUpright
      ? [{ left: x, right: x + width, y, size, text: str, ...fonts.of(fontName) }]
      : [];
  });
}

/** Composes two mappings; the second one applies first. */
function multiplied([a, b, c, d, e, f]: readonly number[], [g, h, i, j, k, l]: readonly number[]): number[] {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

function joined({ y, segments: runs }: Row): Row {
  const segments: Segment[] = [];
  for (const run of runs.toSorted((a, b) => a.left - b.left)) {
    const last = segments.at(-1);
    const gap = last === undefined ? Infinity : (run.left - last.right) / Math.max(last.size, run.size);
    // A list bullet is well to the left of its text, but is not a table cell.
    const isMarked = segments.length === 1 && last !== undefined && LIST_MARK.test(last.text.trim()) && gap < 4;
    if (last === undefined || (gap > WIDE_GAP && !isMarked)) segments.push({ ...run, text: run.text.trim() });
    else {
      // Bold text is sometimes simulated by printing it twice.
      if (run.text === last.text && run.left - last.left < 0.2 * run.size) continue;
      const text = gap < OFF_LINE_GAP ? offLine(run, last) : run.text;
      const needsSpace = gap > WORD_GAP && !/\s$/.test(last.text) && !/^\s/.test(run.text) && text === run.text;
      last.text = `${last.text}${needsSpace ? ' ' : ''}${text}`.trimEnd() + (/\s$/.test(run.text) ? ' ' : '');
      last.isMono &&= run.isMono;
      last.isBold &&= run.isBold;
      last.right = Math.max(last.right, run.right);
      last.size = Math.max(last.size, run.size);
    }
  }
  const clean = segments.map((segment) => ({ ...segment, text: segment.text.replace(/\s+/g, ' ').trim() }));
  // The size of a row is that of most of its text: a large initial does not make a heading.
  const longest = clean.reduce((best, segment) => (segment.text.length > best.text.length ? segment : best));
  const isMono = runs.every((run) => run.isMono);
  return { y, size: longest.size, segments: clean, ...(isMono && { runs }) };
}

/** "10³" and "x_i", recognised by smaller letters above or below the line. */
function offLine({ text, size, y }: Segment, base: Segment): string {
  const bare = text.trim();
  const isSmall = size <= 0.82 * base.size && Math.abs(y - base.y) > 0.1 * base.size;
  if (!isSmall || !/^(?:[\d+−=()-]+|\p{L})$/u.test(bare) || !/[\p{L}\p{N})\]}”"’'⁺⁻]$/u.test(base.text)) return text;
  return y < base.y ? raised(bare) : lowered(bare);
}

export function rowText({ segments }: Row): string {
  return segments.map(({ text }) => text).join(' ');
}
