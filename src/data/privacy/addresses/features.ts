/** What a token says by itself, as rows of a table: its form, its sort, its beginning and end, what lists know of it. */
import { standingOf } from '../names/features.ts';
import { hashOf, SORT, type Token } from '../names/tokens.ts';
import { isTown } from '../names/towns.ts';

/** Rows that tokens' features are hashed to. */
export const ROWS = 1 << 13;

/** What may be left out when it is learnt from, so that words are not learnt by heart. */
export interface Blindness {
  word?: boolean;
  ends?: boolean;
  kind?: boolean;
  lists?: boolean;
}

function row(feature: number, value: number): number {
  const product = Math.imul(Math.imul(feature + 1, 0x85ebca6b) ^ value, 0x9e3779b1);
  return ((product ^ (product >>> 15)) >>> 0) % ROWS;
}

const LONGEST = 12;

/** Rows of a token wherever it stands. */
export function rowsOf(token: Token, blind: Blindness = {}): number[] {
  const { text, lower } = token;
  const first = text.charCodeAt(0);
  const { sort } = token.form;
  if (first >= 48 && first <= 57) return rowsOfNumber(text);
  if (sort !== SORT.capital && sort !== SORT.word) return [row(1, first)];
  const rows = [row(2, token.form.shape), row(3, Math.min(LONGEST, text.length)), row(4, scriptOf(first))];
  if (blind.kind !== true) rows.push(row(5, token.form.placeKind));
  if (blind.lists !== true) rows.push(row(6, standing(token)));
  if (blind.ends !== true && text.length > 2) {
    rows.push(row(7, hashOf(lower.slice(0, 3))), row(8, hashOf(lower.slice(-2))), row(9, hashOf(lower.slice(-3))));
    if (text.length > 4) rows.push(row(10, hashOf(lower.slice(-4))));
    if (text.length > 6) rows.push(row(12, hashOf(lower.slice(-5))));
  }
  if (blind.word !== true) rows.push(row(11, token.form.hash));
  return rows;
}

function rowsOfNumber(text: string): number[] {
  const value = Number(text);
  const isYear = text.length === 4 && value >= 1900 && value < 2040;
  const rows = [row(20, Math.min(9, text.length) + (text.startsWith('0') ? 16 : 0) + (isYear ? 32 : 0))];
  if (value <= 31) rows.push(row(21, value));
  else if (value < 1000) rows.push(row(22, Math.floor(value / 100)));
  return rows;
}

/** Basic Latin, other Latin, Greek, Cyrillic and so on, by their first letter's place. */
function scriptOf(code: number): number {
  return code < 128 ? 0 : code < 0x250 ? 1 : code < 0x1e00 ? 2 + (code >> 7) : code < 0x2000 ? 1 : 100 + (code >> 10);
}

/** Which lists have a word. */
function standing({ text }: Token): number {
  if (text.length < 3) return 99;
  const { given, family, city, everyday } = standingOf(text);
  const isPlace = city !== '0' || isTown(text);
  return (given === '0' ? 0 : 1) + (family === '0' ? 0 : 2) + (isPlace ? 4 : 0) + (everyday === '0' ? 0 : 8);
}

/** How many things a place can say: whether a space stands before a token, and how its line is written. */
export const PLACES = 6;

export function placeOf(token: Token, before: Token | undefined): number {
  const isApart = before === undefined || before.end < token.start || before.text === '\n';
  return (isApart ? 0 : 3) + (token.style === 'both' ? 0 : token.style === 'small' ? 1 : 2);
}
