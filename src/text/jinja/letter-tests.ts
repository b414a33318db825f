import { isPrintable } from './printing.ts';
import { isSpace } from './python-space.ts';

/** Whether there are characters, and all are such. */
function all(letter: RegExp): (text: string) => boolean {
  return (text) => text !== '' && letter.test(text);
}

const NUMERIC = /^\p{N}+$/u;

/** Python's tests of the characters of a text. */
export const letterTests: Readonly<Record<string, (text: string) => boolean>> = {
  isalpha: all(/^\p{L}+$/u),
  isalnum: all(/^[\p{L}\p{N}]+$/u),
  isdecimal: all(/^\p{Nd}+$/u),
  // Digits are decimals, superscripts and circled ones.
  isdigit: all(/^[\p{Nd}²³¹\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea]+$/u),
  isnumeric: all(NUMERIC),
  isascii: (text) => !/[^\0-\x7f]/.test(text),
  isspace: (text) => text !== '' && [...text].every((_letter, place) => isSpace(text, place)),
  isidentifier: all(/^[\p{XID_Start}_]\p{XID_Continue}*$/u),
  isprintable: (text) => [...text].every(isPrintable),
  islower: (text) => /\p{Lowercase}/u.test(text) && !/\p{Uppercase}|\p{Lt}/u.test(text),
  isupper: (text) => /\p{Uppercase}/u.test(text) && !/\p{Lowercase}|\p{Lt}/u.test(text),
  istitle: isTitle,
};

/** Upper case after what has no case, lower case after what has. */
function isTitle(text: string): boolean {
  let isCased = false;
  let any = false;
  for (const letter of text) {
    const isUpper = /\p{Lu}|\p{Lt}/u.test(letter);
    const isLower = /\p{Ll}/u.test(letter);
    if ((isUpper && isCased) || (isLower && !isCased)) return false;
    isCased = isUpper || isLower;
    any ||= isCased;
  }
  return any;
}
