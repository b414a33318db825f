/** Words, numbers and marks of a text, and which words may be parts of names. */
import { wordKind } from '../addresses/word-kinds.ts';
import { remembered } from '../../../base/remembered.ts';
import { languagesOf } from './language.ts';
import { isRole } from './roles.ts';
import { classOf as kindOf } from './word-classes.ts';

export interface Token {
  start: number;
  end: number;
  text: string;
  /** In small letters. */
  lower: string;
  /** A word that begins with a capital and holds no digit. */
  isCapital: boolean;
  /** How its line is written. */
  style: Style;
  /** What the same words share. */
  form: Form;
}

export interface Form {
  text: string;
  lower: string;
  isCapital: boolean;
  /** Of all its letters in small ones, and of the last three. */
  hash: number;
  last: number;
  /** Of its letters before a hyphen or a genitive's ending. */
  bare: number;
  /** Of its shape: "Xx", "XX-Xx9". */
  shape: number;
  /** "W" for words with a capital, "w" for others, numbers as 9, and marks as they are. */
  sort: number;
  /** What sort of word beside a name it is, as `word-classes.ts` has them. */
  kind: number;
  /** The languages that it is a small word of, one bit each. */
  languages: number;
  isRole: boolean;
  /** What it says in an address, as `addresses/word-kinds.ts` has it. */
  placeKind: number;
  /** How it stands in the lists when it has no capital, once that was asked for. */
  listing: string | undefined;
  /** What it is called by alone, as `things.ts` tells, once that was asked for. */
  thing: number | undefined;
  /** Whether it brings a name, as `features.ts` tells, once that was asked for. */
  isOpening: boolean | undefined;
  /** What it says of where somebody lives, as `town-of-somebody.ts` tells, once that was asked for. */
  residence: 'living' | 'people' | 'behind-name' | 'none' | undefined;
  /** What its own letters add to its score, by how it is written, once that was asked for. */
  sums: (number | undefined)[];
}

/** What a form's `sort` is of words with a capital, of others, and of numbers. */
export const SORT = { capital: 87, word: 119, number: 57 };

/** FNV-1a over UTF-16 units. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** No capitals at all, nothing but capitals, or both. */
export type Style = 'small' | 'capitals' | 'both';

/** Of UTF-16 units below U+0250: 0 none, 1 small or other letter, 2 capital, 3 digit. Beyond, by Unicode's classes. */
const CLASSES = Uint8Array.from({ length: 0x250 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return /\p{Lu}/u.test(sign) ? 2 : /[\p{L}\p{M}]/u.test(sign) ? 1 : /\d/.test(sign) ? 3 : 0;
});

function classOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x250) return CLASSES[code];
  return /\p{Lu}/u.test(text[at]) ? 2 : /[\p{L}\p{M}]/u.test(text[at]) ? 1 : 0;
}

/** "O'Neill", "d’Arc" and "Jean-Luc" are one word each. */
function isInner(text: string, at: number): boolean {
  const sign = text[at];
  return (sign === "'" || sign === '’' || sign === '-') && [1, 2].includes(classOf(text, at + 1));
}

/** The same words come again and again: of each one string is kept, whose hash is known wherever it is looked up. */
const MOST_KNOWN = 50_000;

const formOf = remembered(MOST_KNOWN, (text): Form => {
  const kind = classOf(text, 0);
  const lower = text.toLowerCase();
  // "al-Rashid" is a name as "Rashid" is.
  const isCapital =
    (kind === 2 || (kind === 1 && /^(?:al|el|as|ash|ad|d|l)[-'’]\p{Lu}/u.test(text))) && !/\d/.test(text);
  const sort = isCapital ? 'W' : kind === 1 || kind === 2 ? 'w' : kind === 3 ? '9' : text;
  return {
    text,
    lower,
    isCapital,
    hash: hashOf(lower),
    last: hashOf(lower.slice(-3)),
    bare: hashOf(lower.replace(/(?:['’]s|-.*)$/, '')),
    shape: hashOf(shapeOf(text)),
    sort: sort.charCodeAt(0),
    kind: kindOf(lower).charCodeAt(0),
    languages: languagesOf(lower),
    isRole: isRole(lower),
    placeKind: wordKind(lower),
    // There from the beginning, so that V8 has all forms of one shape.
    listing: undefined,
    thing: undefined,
    isOpening: undefined,
    residence: undefined,
    sums: [],
  };
});

function shapeOf(text: string): string {
  return text
    .replaceAll(/\p{Lu}+/gu, (run) => (run.length > 1 ? 'XX' : 'X'))
    .replaceAll(/[\p{Ll}\p{Lo}\p{M}]+/gu, (run) => (run.length > 1 ? 'xx' : 'x'))
    .replaceAll(/\d+/g, '9');
}

let last: { text: string; tokens: Token[] } | undefined;

/** All but spaces; line ends are tokens. Several recognisers ask for the same text in turn. */
export function tokensOf(text: string): Token[] {
  if (last?.text !== text) last = { text, tokens: split(text) };
  return last.tokens;
}

function split(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const kind = classOf(text, at);
    let end = at + 1;
    if (kind === 1 || kind === 2) while (end < text.length && (classOf(text, end) > 0 || isInner(text, end))) end++;
    else if (kind === 3) while (end < text.length && classOf(text, end) === 3) end++;
    else if (text[at] !== '\n' && text.charCodeAt(at) <= 32) {
      at = end;
      continue;
    }
    const form = formOf(text.slice(at, end));
    tokens.push({
      start: at,
      end,
      text: form.text,
      lower: form.lower,
      isCapital: form.isCapital,
      style: 'both',
      form,
    });
    at = end;
  }
  markStyles(tokens);
  return tokens;
}

function markStyles(tokens: readonly Token[]): void {
  for (let from = 0, at = 0; at <= tokens.length; at++) {
    if (at < tokens.length && tokens[at].text !== '\n') continue;
    const style = styleOf(tokens, from, at);
    if (style !== 'both') for (let one = from; one < at; one++) tokens[one].style = style;
    from = at + 1;
  }
}

function styleOf(tokens: readonly Token[], from: number, to: number): Style {
  let [hasCapital, hasSmall] = [false, false];
  for (let at = from; at < to && !(hasCapital && hasSmall); at++) {
    const { text, lower, isCapital } = tokens[at];
    if (isCapital) hasCapital = true;
    // "I" and initials are capitals everywhere.
    if (text.length > 1 && classOf(text, 0) > 0 && text !== text.toUpperCase()) hasSmall = true;
    else if (text.length > 1 && lower === text && classOf(text, 0) === 1) hasSmall = true;
  }
  return hasCapital && hasSmall ? 'both' : hasCapital ? 'capitals' : 'small';
}
