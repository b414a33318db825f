/**
 * Values of several tokens, such as "a3f9-11c0" or "AB-12/7", and the words around them: the features of numbers for
 * the tagger.
 */
import { hashOf, type Form, type Token } from './tokens.ts';

export interface Piece {
  /** Hash of the value's characters, length and switches between digits and letters. */
  sort: number;
  /** Hash of the characters alone. */
  signs: number;
  /** Words before and after it in its line, the nearest first. */
  before: readonly Form[];
  behind: readonly Form[];
  /** Index of its first token. */
  from: number;
}

const PARTING: ReadonlySet<string> = new Set('=,;()[]{}<>"“”„«»|`'.split(''));
const MOST_WORDS = 6;
/** How many tokens to each side are searched for words. */
const MOST_TOKENS = 24;

/** The value that each token is part of; undefined for values without digits. */
export function piecesOf(text: string, tokens: readonly Token[]): (Piece | undefined)[] {
  const found: (Piece | undefined)[] = [];
  for (let from = 0; from < tokens.length;) {
    const to = endOfPiece(tokens, from);
    const piece = hasNumber(tokens, from, to) ? pieceOf(text, tokens, { from, to }) : undefined;
    for (; from < to; from++) found.push(piece);
  }
  return found;
}

function hasNumber(tokens: readonly Token[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (tokens[at].form.sort === 'number') return true;
  return false;
}

function pieceOf(text: string, tokens: readonly Token[], { from, to }: { from: number; to: number }): Piece {
  const value = text.slice(tokens[from].start, tokens[to - 1].end).replace(/[.,:!?'’]+$/, '');
  return {
    sort: hashOf(sortOf(value)),
    signs: hashOf(signsOf(value)),
    before: wordsFrom(tokens, from - 1, -1),
    behind: wordsFrom(tokens, to, 1),
    from,
  };
}

function endOfPiece(tokens: readonly Token[], from: number): number {
  let to = from + 1;
  if (isParting(tokens, from)) return to;
  while (to < tokens.length && tokens[to].start === tokens[to - 1].end && !isParting(tokens, to)) to++;
  return to;
}

/** A colon separates a word from its value, but not the parts of a time or a hardware address. */
function isParting(tokens: readonly Token[], at: number): boolean {
  const { text, sort } = tokens[at].form;
  if (sort === 'break' || PARTING.has(text)) return true;
  return text === ':' && at > 0 && tokens[at - 1].form.sort === 'word' && tokens[at - 1].form.text.length > 2;
}

function wordsFrom(tokens: readonly Token[], from: number, step: 1 | -1): Form[] {
  const words: Form[] = [];
  for (let far = 0; far < MOST_TOKENS && words.length < MOST_WORDS; far++) {
    const at = from + far * step;
    if (at < 0 || at >= tokens.length) break;
    const { form } = tokens[at];
    if (form.sort === 'break') break;
    if (form.sort === 'word' && (form.text.length > 1 || !isGlued(tokens, at))) words.push(form);
  }
  return words;
}

function isGlued(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.end === tokens[at].start || tokens[at + 1]?.start === tokens[at].end;
}

const BOUNDS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 17, 24, 31, 32, 35, 36, 39, 40, 63, 64, 128];

function sortOf(value: string): string {
  const letters = value.replaceAll(/[^\p{L}\d]/gu, '');
  const digits = letters.replaceAll(/\D/g, '').length;
  const turns = letters.match(/\d\p{L}|\p{L}\d/gu)?.length ?? 0;
  const length = BOUNDS.findIndex((bound) => value.length <= bound);
  return `${signsOf(value)} ${length} ${Math.round((4 * digits) / letters.length)} ${Math.min(turns, 4)}`;
}

/** Hexadecimal digits, lower case, upper case, and up to three punctuation marks. */
function signsOf(value: string): string {
  const isHex = value.length >= 6 && /^[\da-f]+$|^[\dA-F]+$/.test(value.replaceAll('-', ''));
  const marks = [...new Set(value.replaceAll(/[\p{L}\p{M}\d]/gu, ''))].toSorted().slice(0, 3).join('');
  return `${isHex ? 'h' : ''}${/\p{Ll}/u.test(value) ? 'a' : ''}${/\p{Lu}/u.test(value) ? 'A' : ''}${marks}`;
}
