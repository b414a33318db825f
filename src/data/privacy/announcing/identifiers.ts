/** Stretches that may be identifiers by their shape alone. */
import { matchesOf } from '../recogniser.ts';

export interface Identifier {
  start: number;
  end: number;
  value: string;
  digits: number;
  /** No plausible quantity: letters among digits, groups, or many digits. */
  isCode: boolean;
}

/** No space need stand before a number in the others. */
const LETTER = String.raw`\p{L}--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]`;
const SHAPE = new RegExp(
  String.raw`(?<![[${LETTER}]\p{N}@\\$€£+]|\d[.,])(?=[[${LETTER}]._\/–\-]{0,14}\d)(?:\d:)?[[${LETTER}]\d]{1,40}(?:[\-.\/_–·・][[${LETTER}]\d]{1,40}){0,8}(?![[${LETTER}]\p{N}@]|[,.:]\d|%)`,
  'gv',
);
/** More digits behind a space, and a last letter: "943 476 5919", "12345678 Z". */
const MORE =
  /^(?: (?:\d[\d./-]{0,10}[A-Z]{0,2}|[A-Z] \d[\d./-]{0,10}|[A-Z]{1,2}\d[A-Z\d]{0,6})(?![\p{L}\p{N}]|[.,:]\d)){1,8}/u;
const LAST_LETTER = /^ [A-Z](?![\p{L}\p{N}'’]|\.\s?\S)/u;
/** A year, a day, a time, a version, a measure or the name of a standard. */
const OTHER =
  /^(?:127(?:\.\d{1,3}){3}|0\.0\.0\.0|.*\.(?:jpe?g|png|heic|tiff?|gif|pdf|docx?|xlsx?|csv|txt|json|xml|zip|mp[34]|wav|html?|exe|dll)|(?:19|20)\d\d(?:[-/–](?:(?:19|20)?\d\d))?|(?:0[1-9]|1[0-2])\/\d\d|\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d-\d\d(?:-\d\d)?(?:T.*)?|v?\d{1,2}(?:\.\d{1,3}){1,3}|\d{1,3}\.\d{4,}|v\d{1,3}(?:[.]\d+)*|\d+x\d+|\d{1,6}(?:st|nd|rd|th|er|ème|mm|cm|km|kg|mg|ml|gb|mb|kb|hz|px|ms|s|h|m|w|v)|[1-9]\d{0,3}k|(?:iso|utf|rfc|cve|covid|sha|md5|aes|rsa|x86|http|tls|en|din|isbn|windows|win|ipv|mp|h2|usb|python|ubuntu|debian)[-_/]?\d{1,5}(?:[-:.]\d{1,4})*)$/iu;
const UNIT =
  /^\s?(?:%|‰|€|£|\$|°|(?:mg|kg|g|ml|l|km|cm|mm|m|gb|mb|kb|tb|hz|khz|mhz|ghz|ms|px|usd|eur|gbp|pln|sek|chf|euros?|dollars?|years?|jahre?|ans|años|anni|anos|jaar|lat|år|days?|hours?|minutes?|times?|rows?|units?|pages?|people|members?|users?|copies|steps?|items?|stück|exemplar\w*|egzempl\w*|stuks|zł|kr)(?!\p{L}))/iu;

/** "200208210251.g7L2pq@host": of a mail's address or its id. */
const OF_ADDRESS = /^[.+-][\w.+-]{1,40}@/;

/** "63.480", as numbers of members of a profession are written in the south, and "25.574654" of patients. */
const THOUSANDS = /^(?:\d{2,3}\.\d{3}|\d\d\.\d{6})$/;
const LEAST_OF_CODES = 5;

/** All of a text, in its order. */
export function* identifiersIn(text: string): Generator<Identifier> {
  let from = 0;
  for (const match of matchesOf(SHAPE, text)) {
    if (match.index < from) continue;
    const start = match.index;
    let end = start + match[0].length;
    if (/\d$|^\d[A-Z]{2}$/.test(match[0])) {
      end += MORE.exec(text.slice(end, end + 60))?.[0].length ?? 0;
      end += LAST_LETTER.exec(text.slice(end, end + 4))?.[0].length ?? 0;
    }
    from = end;
    const value = text.slice(start, end);
    const digits = value.replaceAll(/\D/g, '').length;
    const isThousands = THOUSANDS.test(value);
    if (
      isOfMachines(text, start, end) ||
      !isEnough(value, digits) ||
      /\d\.\d+ \d+\.\d/.test(value) ||
      (OTHER.test(value) && !isThousands) ||
      UNIT.test(text.slice(end, end + 14)) ||
      OF_ADDRESS.test(text.slice(end, end + 48))
    )
      continue;
    // An amount, unless the word right before it says what it is.
    if (isThousands) yield { start, end, value, digits: Math.min(digits, LEAST_OF_CODES - 1), isCode: false };
    else yield { start, end, value, digits, isCode: isCode(value, digits) };
  }
}

/** Of the programs that carried a mail, and a colour: no person's. */
const BEFORE_MACHINES =
  /(?:(?:E?SMTPS?A?|LMTP|IMAP|Debian\){1,2}|#\d\){1,2}|local)(?:[^\n;]{0,24})?\s{1,3}id\s{1,6}|(?:X-Mailer|User-Agent|X-MimeOLE)["']?:[^\n]{0,60}|=\?|(?<=[="'3D]{1,4})#)$/iu;
const MACHINES_REACH = 70;

function isOfMachines(text: string, start: number, end: number): boolean {
  if (BEFORE_MACHINES.test(text.slice(Math.max(0, start - MACHINES_REACH), start))) return true;
  return (
    /<[^\s<>@]*$/.test(text.slice(Math.max(0, start - MACHINES_REACH), start)) &&
    /^[^\s<>@]*@[^\s<>]*>/.test(text.slice(end, end + MACHINES_REACH))
  );
}

/** "QX7T2P" has two digits only, and is no word; nor is a document's number, which has no vowels. */
function isEnough(value: string, digits: number): boolean {
  return digits >= 3 || (digits === 2 && /^(?:\d[A-Z0-9]{4}|[A-Z0-9]{6,})$/.test(value)) || isDocument(value);
}

/** Numbers of documents whose letters are no vowels, so that they are no words. */
function isDocument(value: string): boolean {
  return /^(?=[A-Z\d]{0,9}[A-Z])(?=[A-Z]{0,9}\d)[B-DF-HJ-NP-TV-Z\d]{8,10}$/.test(value);
}

/** No plausible quantity. */
export function isCode(value: string, digits: number): boolean {
  if (digits < 3) return isDocument(value);
  if (/^\d+$/.test(value)) return digits >= 7 || (digits >= 5 && value.startsWith('0'));
  if (/\p{L}/u.test(value)) return value.length >= 5;
  return digits >= 5;
}
