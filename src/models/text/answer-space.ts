/** The space between a prompt of plain text and its answer, for vocabularies whose words begin with one. */
import { Tokenizer } from './tokenizer.ts';

interface PlainRow {
  prompt: string;
  completion: string;
}

/** Answers that begin inside a word may be meant where fewer rows than this begin with a word. */
const MOST_ROWS = 0.5;
const LOOKED_AT = 1000;
/** Scripts that write words without spaces between them. */
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** A space where neither text has white space at the border. */
export function separatorOf({ prompt, completion }: PlainRow): '' | ' ' {
  return /\S$/u.test(prompt) && /^\S/u.test(completion) ? ' ' : '';
}

/** An answer to a plain prompt without the space that sets it off. */
export function withoutSeparator(prompt: string, answer: string): string {
  return /\S$/u.test(prompt) && answer.startsWith(' ') ? answer.slice(1) : answer;
}

/** Rows whose answer is a word that follows its prompt without white space. */
export function gluedRows<Row extends PlainRow>(rows: readonly Row[]): Row[] {
  return rows.filter(
    (row) => separatorOf(row) === ' ' && /^[\p{L}\p{N}]/u.test(row.completion) && !UNSPACED.test(row.completion),
  );
}

/**
 * Whether a space should set answers off: most rows are glued, and the vocabulary's words carry the space before them,
 * so that a glued answer starts with a piece that the model knows from the middle of words.
 */
export async function wantsAnswerSpace(rows: readonly PlainRow[], tokenizer: Tokenizer): Promise<boolean> {
  const some = rows.slice(0, LOOKED_AT);
  return gluedRows(some).length > MOST_ROWS * some.length && (await bindsSpaces(tokenizer));
}

/** The same tokenizer, which sets plain answers off from their prompts or not. */
export async function withAnswerSpace(tokenizer: Tokenizer, answerSpace: boolean): Promise<Tokenizer> {
  return tokenizer.answerSpace === answerSpace ? tokenizer : Tokenizer.fromFiles({ ...tokenizer.files, answerSpace });
}

/** Whether a space and the word after it are one token. */
async function bindsSpaces(tokenizer: Tokenizer): Promise<boolean> {
  const last = (await tokenizer.encode('of the')).at(-1);
  const token = last === undefined ? null : tokenizer.tokenOf(last);
  return token === `${BYTE_LEVEL_SPACE}the` || token === `${SENTENCE_PIECE_SPACE}the`;
}

/** How vocabularies write a space. */
const BYTE_LEVEL_SPACE = 'Ġ';
const SENTENCE_PIECE_SPACE = '▁';
