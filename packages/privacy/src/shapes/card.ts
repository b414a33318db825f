/** Payment cards: issuers' number ranges, lengths and the Luhn check. */
import { bare, luhn } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

const ISSUERS = [
  String.raw`4\d{12}(?:\d{3}){0,2}`,
  String.raw`(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}`,
  String.raw`3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|4[4-9]\d|5\d{2})\d{12}`,
  String.raw`35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:50|5[6-9]|6\d)\d{10,17}|220[0-4]\d{12}`,
];
const FORM = new RegExp(`^(?:${ISSUERS.join('|')})$`);

export const recogniser = patternRecogniser({
  name: 'card',
  kind: 'card',
  digits: 12,
  pattern: /(?<![\w.-]|\d )[2-6](?:[ -]?\d){11,18}(?![\w-]| \d)/g,
  score: 0.9,
  check(value) {
    const digits = bare(value);
    return FORM.test(digits) && luhn(digits);
  },
});
