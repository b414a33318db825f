/** Words, numbers and marks of a text, and which words may be parts of names. */
import { remembered } from '../../../base/remembered.ts';

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

const formOf = remembered(MOST_KNOWN, (text): Pick<Token, 'text' | 'lower' | 'isCapital'> => {
  const kind = classOf(text, 0);
  // "al-Rashid" is a name as "Rashid" is.
  const isCapital =
    (kind === 2 || (kind === 1 && /^(?:al|el|as|ash|ad|d|l)[-'’]\p{Lu}/u.test(text))) && !/\d/.test(text);
  return { text, lower: text.toLowerCase(), isCapital };
});

/** All but spaces; line ends are tokens. */
export function tokensOf(text: string): Token[] {
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
    tokens.push({ start: at, end, text: form.text, lower: form.lower, isCapital: form.isCapital, style: 'both' });
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
