/** Mails and text of PDFs without the line breaks that their width made: every character stays at its place. */

/** "GvR> " is a mark, "Greg> " a name. */
const PREFIX = /^(?:[ \t]{0,8}(?:\p{L}{0,2}\p{Lu}>|[>|]))*[ \t]{0,12}/u;
const SMALL_WORD = /(?<!\p{L})\p{Ll}{2,}(?!\p{L})/gu;
/** Items of lists, and fields. */
const BEGINS_ANEW = /^(?:[-–—*•+#=_~|]|\d{1,3}[.)]\s|\(?[a-z]\)\s|\p{L}[\p{L} -]{0,24}:(?:\s|$))/u;
/** The end of a sentence or of what announces a list, and columns: "R." may go on. */
const ENDS = /(?:\p{L}{2}|\P{L})[.!?]["'”’)]{0,2}$|:$/u;
const COLUMNS = /\S(?: {3,}|\t)\S| \| /;
const LEAST_WIDTH = 40;
const LEAST_SMALL = 3;
/** A first word of the next line that would have had room is there on purpose. */
const FILLED = 0.85;

interface Line {
  start: number;
  /** Where what is written begins, behind marks of quotation and spaces, and where it ends. */
  from: number;
  to: number;
  marks: string;
}

let known: { text: string; plain: string } | undefined;

/** Behind the first space, so that nothing else looks like the gap: what stands two spaces apart in a line is two things. */
const FILLER = '\r';

/** The text with spaces in place of breaks within paragraphs, and of marks of quotation behind them. */
export function unwrapped(text: string): string {
  if (!text.includes('\n') || text.length < LEAST_WIDTH) return text;
  if (known?.text !== text) known = { text, plain: joined(text) };
  return known.plain;
}

function joined(text: string): string {
  const lines = linesOf(text);
  let [plain, done] = ['', 0];
  for (let from = 0; from < lines.length;) {
    let to = from + 1;
    while (to < lines.length && isOfParagraph(lines[to - 1], lines[to])) to++;
    const width = lines.slice(from, to).reduce((widest, line) => Math.max(widest, line.to - line.from), 0);
    const last = width < LEAST_WIDTH ? from : to - 1;
    for (let at = from; at < last; at++) {
      const [{ to: end }, next] = [lines[at], lines[at + 1]];
      if (!goesOn(text, { line: lines[at], next, width })) continue;
      plain += text.slice(done, end) + ` ${FILLER.repeat(next.from - end - 1)}`;
      done = next.from;
    }
    from = to;
  }
  return done === 0 ? text : plain + text.slice(done);
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length;) {
    const end = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start);
    const line = text.slice(start, end);
    const prefix = PREFIX.exec(line)![0];
    const to = start + Math.max(prefix.length, line.trimEnd().length);
    lines.push({ start, from: start + prefix.length, to, marks: prefix.replaceAll(/\s/g, '') });
    start = end + 1;
  }
  return lines;
}

function isOfParagraph(before: Line, line: Line): boolean {
  return before.to > before.from && line.to > line.from && before.marks === line.marks;
}

/** Whether a sentence goes on in the next line, for all that can be seen. */
function goesOn(text: string, { line, next, width }: { line: Line; next: Line; width: number }): boolean {
  const [body, later] = [text.slice(line.from, line.to), text.slice(next.from, next.to)];
  const first = later.search(/\s|$/);
  if (body.length + 1 + first < width * FILLED || ENDS.test(body) || BEGINS_ANEW.test(later)) return false;
  if (COLUMNS.test(body) || COLUMNS.test(later)) return false;
  return (body.match(SMALL_WORD)?.length ?? 0) >= LEAST_SMALL;
}

const QUOTED_BREAK = /[ \t]*\n(?:[ \t]{0,8}(?:\p{L}{0,2}\p{Lu}>|[>|]))+[ \t]*/gu;

/** A stretch that marks of quotation part, in its pieces. */
export function* withoutMarks<One extends { start: number; end: number }>(text: string, one: One): Generator<One> {
  const written = text.slice(one.start, one.end);
  let { start } = one;
  if (written.includes('\n'))
    for (const { 0: mark, index } of written.matchAll(QUOTED_BREAK)) {
      yield { ...one, start, end: one.start + index };
      start = one.start + index + mark.length;
    }
  yield { ...one, start };
}
