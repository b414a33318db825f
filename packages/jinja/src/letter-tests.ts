import { isPrintable } from './printing.ts';
import { isSpace } from './python-space.ts';

/** Whether the text is non-empty and consists only of such characters. */
function all(letter: RegExp): (text: string) => boolean {
  return (text) => text !== '' && letter.test(text);
}

/** Characters with a digit value that are not decimal digits: superscripts, circled digits, Ethiopic digits. */
const OTHER_DIGITS =
  '²³¹\\u{1369}-\\u{1371}\\u{19da}\\u{2070}\\u{2074}-\\u{2079}\\u{2080}-\\u{2089}\\u{2460}-\\u{2468}\\u{2474}-\\u{247c}' +
  '\\u{2488}-\\u{2490}\\u{24ea}\\u{24f5}-\\u{24fd}\\u{24ff}\\u{2776}-\\u{277e}\\u{2780}-\\u{2788}\\u{278a}-\\u{2792}' +
  '\\u{10a40}-\\u{10a43}\\u{10e60}-\\u{10e68}\\u{11052}-\\u{1105a}\\u{1f100}-\\u{1f10a}';
/** Chinese characters that are numbers; those of the compatibility block are given by code point. */
const CHINESE_NUMBERS =
  '㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零𠀁𠁤𠃢𠄡𠤪𠦃𠦌𠦜𠫪𠫽𠬙𢎐𢦘𣬛𦉭' +
  '\\u{f96b}\\u{f973}\\u{f978}\\u{f9b2}\\u{f9d1}\\u{f9d3}\\u{f9fd}\\u{2f890}';

/** Python's predicates on the characters of a string (str.isdigit and the like). */
export const letterTests: Readonly<Record<string, (text: string) => boolean>> = {
  isalpha: all(/^\p{L}+$/u),
  isalnum: all(/^[\p{L}\p{N}]+$/u),
  isdecimal: all(/^\p{Nd}+$/u),
  isdigit: all(new RegExp(`^[\\p{Nd}${OTHER_DIGITS}]+$`, 'u')),
  isnumeric: all(new RegExp(`^[\\p{N}${CHINESE_NUMBERS}]+$`, 'u')),
  isascii: (text) => !/[^\0-\x7f]/.test(text),
  isspace: (text) => text !== '' && [...text].every((_letter, place) => isSpace(text, place)),
  isidentifier: all(/^[\p{XID_Start}_]\p{XID_Continue}*$/u),
  isprintable: (text) => [...text].every(isPrintable),
  islower: (text) => /\p{Lowercase}/u.test(text) && !/\p{Uppercase}|\p{Lt}/u.test(text),
  isupper: (text) => /\p{Uppercase}/u.test(text) && !/\p{Lowercase}|\p{Lt}/u.test(text),
  istitle: isTitle,
};

/** An upper-case letter must follow an uncased character, a lower-case one a cased character. */
function isTitle(text: string): boolean {
  let isCased = false;
  let any = false;
  for (const letter of text) {
    const isUpper = /\p{Uppercase}|\p{Lt}/u.test(letter);
    const isLower = /\p{Lowercase}/u.test(letter);
    if ((isUpper && isCased) || (isLower && !isCased)) return false;
    isCased = isUpper || isLower;
    any ||= isCased;
  }
  return any;
}
