/** Characters as the walk over a text tells them apart: those of ASCII one by one, all others in a few groups. */

export const SYMBOLS = 128;
/** Before a text's first character. */
export const NONE = 0;
const OTHER_CONTROL = 1;
const SPACE_LIKE = 2;
const SMALL = 3;
const CAPITAL = 4;
const OTHER_NUMBER = 5;
const OTHER = 6;
export const BEYOND = 7;
/** One half of a character of two units. */
export const SURROGATE = 8;

/** Beyond, characters are not told apart. */
const MOST = 0x250;

function symbolBelow(code: number): number {
  if (code >= 9 && code <= 13) return code;
  if (code < 32) return OTHER_CONTROL;
  if (code < SYMBOLS) return code;
  const sign = String.fromCharCode(code);
  if (/\p{L}/u.test(sign)) return /\p{Lu}/u.test(sign) ? CAPITAL : SMALL;
  return /\p{N}/u.test(sign) ? OTHER_NUMBER : /\s/.test(sign) ? SPACE_LIKE : OTHER;
}

const BELOW = Uint8Array.from({ length: MOST }, (_, code) => symbolBelow(code));

export function symbolOf(code: number): number {
  if (code < MOST) return BELOW[code];
  return code >= 0xd800 && code <= 0xdfff ? SURROGATE : BEYOND;
}

/** Of each UTF-16 unit of a text. */
export function symbolsOf(text: string): Uint8Array {
  const symbols = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) symbols[at] = symbolOf(text.charCodeAt(at));
  return symbols;
}

/** Of each symbol whether it can be a letter or a digit of a word; none beyond is. */
export const IS_WORD = Uint8Array.from({ length: SYMBOLS }, (_, symbol) =>
  symbol === SMALL || symbol === CAPITAL || symbol === OTHER_NUMBER || /[A-Za-z0-9]/.test(String.fromCharCode(symbol))
    ? 1
    : 0,
);

/** Of each symbol, whether one of its characters is in a set, and whether one is not. */
export interface SymbolSet {
  holds: Uint8Array;
  lacks: Uint8Array;
}

const known = new Map<string, SymbolSet>();

/** What one atom of a regular expression, `[\w.-]` or `\d` or `x`, takes. What is not sure counts as both. */
export function symbolSet(atom: string, flags: string): SymbolSet {
  const key = `${flags} ${atom}`;
  let set = known.get(key);
  if (set === undefined) known.set(key, (set = evaluated(atom, flags)));
  return set;
}

function evaluated(atom: string, flags: string): SymbolSet {
  const pattern = new RegExp(`^(?:${atom})$`, flags);
  const set = { holds: new Uint8Array(SYMBOLS), lacks: new Uint8Array(SYMBOLS) };
  for (let code = 0; code < MOST; code++) {
    (pattern.test(String.fromCharCode(code)) ? set.holds : set.lacks)[BELOW[code]] = 1;
  }
  // Whatever may name characters beyond: classes of Unicode, what a class leaves out, the sign of Kelvin for a K.
  const mayBeBeyond = /\\[pPSWDsu]|^\.$|^\[\^|[^\0-\u007f]/u.test(atom) || pattern.test('\u212a');
  for (const symbol of [BEYOND, SURROGATE]) {
    set.holds[symbol] = mayBeBeyond ? 1 : 0;
    set.lacks[symbol] = 1;
  }
  return set;
}
