import type { Tokenizer } from './tokenizer.ts';
import type { RenderedRow } from './row-draft.ts';

/** Part of a row for display: plain characters, or a special token. */
export interface ShownPart {
  text: string;
  trained: boolean;
  special: boolean;
}

/** Groups adjacent tokens of one kind, so that characters that span several tokens are displayed correctly. */
export function shownParts(row: RenderedRow, tokenizer: Tokenizer): ShownPart[] {
  const parts: ShownPart[] = [];
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

/** An image has hundreds of identical tokens. */
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
