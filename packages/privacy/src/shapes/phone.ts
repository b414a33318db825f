/**
 * Telephone and fax numbers of any country, by libphonenumber's rules. A number that is only grouped like one is a
 * hint.
 */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Recogniser } from '../recogniser.ts';

const WORDS = String.raw`x|ext\.?|extension|durchwahl|dw|app\.|poste|int\.?|wew\.?|tst\.?|ramal`;
const EXTENSION = String.raw`(?:,?\s{0,2}(?:${WORDS})\s?\d{1,6})?`;
/** No letter, digit or part of a number may touch them. */
const FREE = String.raw`(?<![\p{L}\p{N}.,/=#_-]|\d `;
const DIGITS = String.raw`(?:\+|00 ?|\(\+?)?\d(?:(?:[ \u00a0./-]{0,2}| [/–-] (?!(?:\+|0)\d))\(?\d\)?){5,15}`;
const SHAPE = new RegExp(
  String.raw`${FREE}|(?<!\p{L}{3}):)${DIGITS}(?![\p{L}\p{N}_-]|[.,:/]\d|%| ?[€$£])${EXTENSION}`,
  'giu',
);
/** With letters in place of digits: "1-877-451-TEEN". */
const LETTERS = String.raw`(?:1[-. ])?\(?8(?:00|33|44|55|66|77|88)\)?[-. ]{1,2}(?=[\d. -]{0,5}[A-Z]{3})[A-Z\d](?:[-. ]?[A-Z\d]){5,9}`;
/** With the prefix for callers from abroad: "(+353 or 0)86 854 9268". */
const ABROAD = String.raw`\(\+\d{1,3} (?:or|oder|ou|o) 0\) ?\d(?:[ -]?\d){6,11}`;
const LETTERED = new RegExp(String.raw`${FREE})(?:${LETTERS}|${ABROAD})(?![\p{L}\p{N}_-])`, 'gu');
const [FEWEST, MOST] = [7, 15];

export const recogniser: Recogniser = {
  name: 'phone',
  kind: 'phone',
  digits: 4,
  *find(text) {
    for (const { 0: value, index } of text.matchAll(LETTERED))
      yield { start: index, end: index + value.length, score: 0.85 };
    for (const { 0: value, index } of text.matchAll(SHAPE)) {
      const start = index > 0 && text[index - 1] === '(' && /^\d{2,5}\)/.test(value) ? index - 1 : index;
      const score = scoreOf(text.slice(start, index + value.length));
      if (score > 0) yield { start, end: index + value.length, score };
    }
  },
};

/** An international number is a phone, and so is one grouped as in North America or Brazil. */
function scoreOf(value: string): number {
  const bare = value.replace(/,?\s{0,2}\p{L}[\p{L}.]{0,10}\s?\d{1,6}$/u, '');
  const digits = bare.replaceAll(/\D/g, '').length;
  if (digits < FEWEST || digits > MOST || /^\(?(?:19|20)\d\d[-/. ]\d\d?[-/. ]\d\d?/.test(bare)) return 0;
  // Adjacent decimal fractions, a DOI, versions, an ISBN
  if (/^\d{1,3}\.\d+\s|^10\.\d{4,9}\/|^\d{1,2}\.\d{1,3}\.\d{1,3}\/\d|^\d-\d{2,7}-\d{2,7}-\d$/.test(bare)) return 0;
  if (/^\(?(?:\+|00)/.test(bare)) {
    const international = bare.replace(/^\(/, '').replace(/^00 ?/, '+').replace(/\)/, '').replace('(0)', '');
    return parsePhoneNumberFromString(international)?.isPossible() === true ? 0.92 : 0.3;
  }
  if (/^\(\d\d\) ?9?\d{4}-\d{4}$|^\(\d{3}\)[-. ]{0,2}\d{3}[-. ]\d{4}$/.test(bare)) return 0.9;
  if (/^\d{3}[-.]\d{3}[-.]\d{4}$/.test(bare)) return 0.45;
  return /^\(?0/.test(bare) ? 0.4 : 0.3;
}
