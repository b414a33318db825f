import type { RenderedRow } from './renderer.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A stretch of a row to show: plain characters, or a special token. */
interface Shown {
  text: string;
  trained: boolean;
  special: boolean;
}

const RESET = '\u001b[0m';
const TRAINED = '\u001b[32m';
const SPECIAL = '\u001b[1m';
const UNTRAINED = '\u001b[2m';

/** The row for a terminal: trained tokens green, others dim, special tokens bold, line feeds and controls visible. */
export function colourRow(row: RenderedRow, tokenizer: Tokenizer): string {
  return shownParts(row, tokenizer)
    .map(({ text, trained, special }) => coloured(text, (trained ? TRAINED : UNTRAINED) + (special ? SPECIAL : '')))
    .join('');
}

/** Text that is no token, for a terminal: a label, a path. */
export function colourText(text: string, isTrained: boolean): string {
  return coloured(text, isTrained ? TRAINED : UNTRAINED);
}

/** A colour must not run over a line's end, where pagers cut. */
function coloured(text: string, colour: string): string {
  const lines = visible(text).split('\n');
  return lines.map((line) => (line === '' ? '' : `${colour}${line}${RESET}`)).join('\n');
}

/** Neighbouring tokens of one kind together, so that characters spread over several tokens come out whole. */
function shownParts(row: RenderedRow, tokenizer: Tokenizer): Shown[] {
  const parts: Shown[] = [];
  for (let start = 0, end = 0; start < row.ids.length; start = end) {
    const special = tokenizer.isSpecial(row.ids[start]);
    end = special ? endOfRepeats(row, start) : endOfRun(row, tokenizer, start);
    const text = special
      ? repeated(tokenizer.decode([row.ids[start]]), end - start)
      : tokenizer.decode(row.ids.subarray(start, end));
    parts.push({ text, trained: row.trained[start] === 1, special });
  }
  return parts;
}

/** Tokens that stand for an image are hundreds of one kind. */
function endOfRepeats({ ids, trained }: RenderedRow, start: number): number {
  let end = start + 1;
  while (end < ids.length && ids[end] === ids[start] && trained[end] === trained[start]) end++;
  return end;
}

const MOST_REPEATED = 3;

function repeated(text: string, count: number): string {
  return count > MOST_REPEATED ? `${text}×${count}` : text.repeat(count);
}

function endOfRun({ ids, trained }: RenderedRow, tokenizer: Tokenizer, start: number): number {
  let end = start + 1;
  while (end < ids.length && trained[end] === trained[start] && !tokenizer.isSpecial(ids[end])) end++;
  return end;
}

// Control characters in data could drive the terminal; format characters could hide or turn text around.
const INVISIBLE = /(?![\n\t])[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

function visible(text: string): string {
  return text
    .replaceAll(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replaceAll('\n', '⏎\n');
}
