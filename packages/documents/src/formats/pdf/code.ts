/** Code and program output, preserved line by line, since positions in monospaced text carry meaning. */
import { smallest } from '@attune/base/many';
import { median } from '@attune/base/median';
import { fenced } from '../../text/to-markdown.ts';
import { rowText, type Row, type Segment } from './page-rows.ts';

/** A document with a larger share of monospaced text is typewritten as a whole. */
const MOST_MONO = 0.6;

/** Whether monospaced letters mark code in this document. */
export function setsCodeApart(rows: readonly Row[]): boolean {
  let [all, mono] = [0, 0];
  for (const { segments } of rows) {
    for (const { text, isMono } of segments) {
      all += text.length;
      if (isMono) mono += text.length;
    }
  }
  return mono > 0 && mono < all * MOST_MONO;
}

export function isCodeRow({ runs }: Row): boolean {
  return runs !== undefined;
}

/** A line of a paragraph that happens to consist of a long name is surrounded by its other lines. */
function isWithinParagraph(rows: readonly Row[], at: number): boolean {
  const [before, row, after] = [rows[at - 1], rows[at], rows[at + 1]];
  const isBeside = (other: Row | undefined): boolean =>
    other !== undefined &&
    !isCodeRow(other) &&
    Math.abs(other.y - row.y) < 1.5 * Math.max(row.size, other.size) &&
    Math.abs(other.segments[0].left - row.segments[0].left) < 2;
  return isBeside(before) && isBeside(after);
}

/** E-mail and web addresses are also set in monospace. */
const ADDRESS = /^<?(?:\S+@\S+|https?:\/\/\S+)$/;

/** Maximum distance between the rows of a block, in ems. */
const MOST_LEADING = 3.2;

/** The rows of a code block that begins here; undefined if there is none. */
export function codeAt(rows: readonly Row[], from: number): { rows: Row[]; code: string } | undefined {
  if (!isCodeRow(rows[from]) || isWithinParagraph(rows, from)) return undefined;
  const taken = [rows[from]];
  for (const row of rows.slice(from + 1)) {
    const gap = row.y - taken.at(-1)!.y;
    if (!isCodeRow(row) || gap < 0 || gap > MOST_LEADING * row.size) break;
    taken.push(row);
  }
  if (taken.every((row) => ADDRESS.test(rowText(row)))) return undefined;
  return { rows: taken, code: fenced(codeText(taken)) };
}

function codeText(rows: readonly Row[]): string {
  const runs = rows.flatMap((row) => row.runs!);
  const left = smallest(runs.map((run) => run.left));
  const width = median(runs.map((run) => (run.right - run.left) / [...run.text].length));
  const gaps = rows.slice(1).map((row, index) => row.y - rows[index].y);
  const leading = smallest(
    gaps.filter((gap) => gap > 0.8 * rows[0].size),
    1.7 * rows[0].size,
  );
  return rows
    .map((row, index) => {
      const isApart = index > 0 && row.y - rows[index - 1].y > 1.6 * leading;
      return (isApart ? '\n' : '') + lineText(row.runs!, left, width);
    })
    .join('\n');
}

/** Places each run by its column, counted in characters. */
function lineText(runs: readonly Segment[], left: number, width: number): string {
  let line = '';
  for (const run of runs.toSorted((a, b) => a.left - b.left)) {
    const place = Math.round((run.left - left) / width);
    line = line.padEnd(Math.min(place, line.length + 200)) + run.text;
  }
  return line.trimEnd();
}
