/** Words, numbers and punctuation marks of a text. */
import { remembered } from '@attune/base/remembered';

export interface Token {
  /** In UTF-16 units; the end is exclusive. */
  start: number;
  end: number;
  form: Form;
}

/** Properties shared by all tokens with the same spelling. */
export interface Form {
  text: string;
  lower: string;
  /** In lower case, without accents. */
  folded: string;
  sort: Sort;
  isCapital: boolean;
  /** "Xx", "XX-Xx", "99". */
  shape: string;
}

export type Sort = 'word' | 'number' | 'mark' | 'break';

/** Classes of UTF-16 units below U+0250: 0 for other, 1 for a letter, 2 for a digit. */
const CLASSES = Uint8Array.from({ length: 0x250 }, (_, code) => classOfSign(String.fromCharCode(code)));

function classOfSign(sign: string): number {
  if (/\d/.test(sign)) return 2;
  return /[\p{L}\p{M}]/u.test(sign) ? 1 : 0;
}

function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x250) return CLASSES[code];
  if (code >= 0xd800 && code <= 0xdfff) return 0;
  return /[\p{L}\p{M}\u200c\u200d]/u.test(text[at]) ? 1 : 0;
}

/** Scripts without spaces between words, or with particles attached to names: each character is a token. */
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

function isUnspaced(text: string, at: number): boolean {
  return text.charCodeAt(at) >= 0xe00 && UNSPACED.test(text[at]);
}

/** "O'Neill", "d’Arc" and "Jean-Luc" are each one word. */
function isInner(text: string, at: number): boolean {
  const sign = text[at];
  return (sign === "'" || sign === '’' || sign === '-') && classAt(text, at + 1) === 1 && !isUnspaced(text, at + 1);
}

/** Everything except spaces; line breaks are tokens. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const end = endOfToken(text, at);
    const isSpace = text[at] !== '\n' && (text.charCodeAt(at) <= 32 || text[at] === '\u00a0');
    if (!isSpace) tokens.push({ start: at, end, form: formOf(text.slice(at, end)) });
    at = end;
  }
  return tokens;
}

function endOfToken(text: string, at: number): number {
  const kind = classAt(text, at);
  let end = at + 1;
  if (kind === 2) while (end < text.length && classAt(text, end) === 2) end++;
  else if (kind === 1 && isUnspaced(text, at)) while (end < text.length && /\p{M}/u.test(text[end])) end++;
  else if (kind === 1)
    while (end < text.length && ((classAt(text, end) === 1 && !isUnspaced(text, end)) || isInner(text, end))) end++;
  else if (text.codePointAt(at)! > 0xffff) end++;
  return end;
}

/** Letters that Unicode cannot decompose, and their plain forms. */
const PLAIN = new Map(Object.entries({ ł: 'l', ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ı: 'i' }));
/** Whether a text is ASCII only. */
const IS_PLAIN = /^[ -~\t\n\r]*$/;

/** In lower case, without accents. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (IS_PLAIN.test(lower)) return lower;
  return lower
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]|[\u064b-\u0652]|\u200c|\u200d/g, '')
    .normalize('NFC')
    .replaceAll('’', "'")
    .replaceAll(/[łßøæœđı]/g, (letter) => PLAIN.get(letter)!);
}

const MOST_KNOWN = 20_000;

export const formOf = remembered(MOST_KNOWN, (text): Form => {
  const kind = classAt(text, 0);
  return {
    text,
    lower: text.toLowerCase(),
    folded: fold(text),
    sort: text === '\n' ? 'break' : kind === 1 ? 'word' : kind === 2 ? 'number' : 'mark',
    isCapital: /^\p{Lu}/u.test(text),
    shape: shapeOf(text),
  };
});

/** Runs of capitals, other letters and digits as one character each, or two for runs of more than one. */
export function shapeOf(text: string): string {
  return text
    .replaceAll(/\p{Lu}+/gu, (run) => (run.length > 1 ? 'XX' : 'X'))
    .replaceAll(/[\p{Ll}\p{Lo}\p{M}]+/gu, (run) => (run.length > 1 ? 'xx' : 'x'))
    .replaceAll(/\d+/g, (run) => '9'.repeat(Math.min(run.length, 12)));
}

/** FNV-1a over UTF-16 units. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
