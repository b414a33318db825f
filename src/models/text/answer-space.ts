/** The space between a plain-text prompt and its answer, for vocabularies whose words start with a space. */
import { Tokenizer } from './tokenizer.ts';

interface PlainRow {
  prompt: string;
  completion: string;
}

/** Below this share of glued rows, answers that continue a word may be intended. */
const MOST_ROWS = 0.5;
const LOOKED_AT = 1000;
/** Scripts without spaces between words. */
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** A space, unless there is whitespace at the border already. */
export function separatorOf({ prompt, completion }: PlainRow): '' | ' ' {
  return /\S$/u.test(prompt) && /^\S/u.test(completion) ? ' ' : '';
}

/** Removes the space that separates an answer from its prompt. */
export function withoutSeparator(prompt: string, answer: string): string {
  return /\S$/u.test(prompt) && answer.startsWith(' ') ? answer.slice(1) : answer;
}

/** Rows whose answer is a word that follows its prompt without whitespace. */
export function gluedRows<Row extends PlainRow>(rows: readonly Row[]): Row[] {
  return rows.filter(
    (row) => separatorOf(row) === ' ' && /^[\p{L}\p{N}]/u.test(row.completion) && !UNSPACED.test(row.completion),
  );
}

/**
 * Whether a space should separate answers from prompts: most rows are glued, and the vocabulary's words include the
 * space before them, so that glued answers would start with word-internal tokens.
 */
export async function wantsAnswerSpace(rows: readonly PlainRow[], tokenizer: Tokenizer): Promise<boolean> {
  const some = rows.slice(0, LOOKED_AT);
  return gluedRows(some).length > MOST_ROWS * some.length && (await bindsSpaces(tokenizer));
}

/** The tokenizer, with or without a space before plain answers. */
export async function withAnswerSpace(tokenizer: Tokenizer, answerSpace: boolean): Promise<Tokenizer> {
  return tokenizer.answerSpace === answerSpace ? tokenizer : Tokenizer.fromFiles({ ...tokenizer.files, answerSpace });
}

/** Whether a space and the following word form one token. */
async function bindsSpaces(tokenizer: Tokenizer): Promise<boolean> {
  const last = (await tokenizer.encode('of the')).at(-1);
  const token = last === undefined ? null : tokenizer.tokenOf(last);
  return token === `${BYTE_LEVEL_SPACE}the` || token === `${SENTENCE_PIECE_SPACE}the`;
}

/** A space as vocabularies spell it. */
const BYTE_LEVEL_SPACE = 'Ġ';
const SENTENCE_PIECE_SPACE = '▁';
