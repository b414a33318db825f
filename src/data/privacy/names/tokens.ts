/** Words, numbers and marks of a text, and which words may be parts of names. */

export interface Token {
  start: number;
  end: number;
  text: string;
  /** In small letters. */
  lower: string;
  /** A word that begins with a capital and holds no digit. */
  isCapital: boolean;
}

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
    const word = text.slice(at, end);
    tokens.push({ start: at, end, text: word, lower: word.toLowerCase(), isCapital: kind === 2 && !/\d/.test(word) });
    at = end;
  }
  return tokens;
}
