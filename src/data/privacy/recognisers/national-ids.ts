/** Numbers of persons of some twenty countries more, each by its form and its check digits: no word need announce them. */
import { bare, isDay, luhn, weighted } from '../checksums.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

interface Form {
  pattern: Expression;
  /** Takes the digits and capitals alone. */
  check(value: string): boolean;
}

/** `form` stands by itself: no letter, digit, stop or line touches it. */
function form(source: string, check: Form['check']): Form {
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}./-])(?:${source})(?![\p{L}\p{N}/-]|[.,]\d)`, 'gu');
  return { pattern: new Expression(pattern, { isNearDigits: true }), check };
}

const number = (text: string, from: number, to: number): number => Number(text.slice(from, to));
/** Year, month and day in two digits each, from `at`. */
const isYearMonthDay = (value: string, at = 0): boolean =>
  isDay(number(value, at + 2, at + 4), number(value, at + 4, at + 6));
const isDayMonthYear = (value: string, at = 0): boolean =>
  isDay(number(value, at + 2, at + 4), number(value, at, at + 2));
/** The last digit by weights and a remainder of 11, where 10 counts as nought. */
const isCheckedBy = (value: string, weights: readonly number[]): boolean =>
  (weighted(value, weights) % 11) % 10 === Number(value[weights.length]);

/** Days of people without a residence have 40 more. Skatteetaten. */
function isNorwegian(value: string): boolean {
  const day = number(value, 0, 2);
  return (
    isDay(number(value, 2, 4), day > 40 ? day - 40 : day) &&
    weighted(value, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

const FINNISH = '0123456789ABCDEFHJKLMNPRSTUVWXY';

function isFinnish(value: string): boolean {
  const [birth, serial] = [value.slice(0, 6), value.slice(-4, -1)];
  return isDayMonthYear(value) && FINNISH[Number(birth + serial) % 31] === value.at(-1);
}

/** Women's months have 50 more, and either's 20 where numbers ran out. */
function isCzech(value: string): boolean {
  const month = number(value, 2, 4) % 50;
  const isBorn = isDay(month > 20 ? month - 20 : month, number(value, 4, 6));
  if (value.length === 9) return isBorn && number(value, 0, 2) < 54;
  return isBorn && (Number(value) % 11 === 0 || (Number(value.slice(0, 9)) % 11 === 10 && value.endsWith('0')));
}

/** Of those born from 2000 on, with a 2 before it. */
function isBelgian(value: string): boolean {
  const [birth, check] = [value.slice(0, 9), number(value, 9, 11)];
  return isYearMonthDay(value) && [birth, `2${birth}`].some((one) => 97 - (Number(one) % 97) === check);
}

function isBaltic(value: string): boolean {
  if (!isYearMonthDay(value, 1)) return false;
  const first = weighted(value, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const check = first < 10 ? first : (weighted(value, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
  return check === Number(value[10]);
}

const CURP = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';

function isMexican(value: string): boolean {
  const signs = Array.from(value.slice(0, 17));
  const sum = signs.reduce((total, sign, index) => total + CURP.indexOf(sign) * (18 - index), 0);
  return isYearMonthDay(value, 4) && (10 - (sum % 10)) % 10 === Number(value[17]);
}

/** 20, 23, 24 and 27 are people; firms have 30 and more. */
function isArgentine(value: string): boolean {
  return (11 - (weighted(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(value[10]);
}

function isChilean(value: string): boolean {
  const digits = Array.from(value.slice(0, -1), Number).toReversed();
  const sum = digits.reduce((total, digit, index) => total + digit * (2 + (index % 6)), 0);
  return '0K987654321'[sum % 11] === value.at(-1);
}

/** ISO 7064, MOD 11-2, with a date of birth in four, two and two digits. */
function isChinese(value: string): boolean {
  const sum = weighted(value, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return isDay(number(value, 10, 12), number(value, 12, 14)) && '10X98765432'[sum % 11] === value[17];
}

function isKorean(value: string): boolean {
  const sum = weighted(value, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
  return isYearMonthDay(value) && (11 - (sum % 11)) % 10 === Number(value[12]);
}

function isSingaporean(value: string): boolean {
  const sum = weighted(value.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + (/^[TG]/.test(value) ? 4 : 0);
  return (/^[ST]/.test(value) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === value[8];
}

function isIrish(value: string): boolean {
  const second = value.length > 8 ? (value.charCodeAt(8) - 64) % 23 : 0;
  return 'WABCDEFGHIJKLMNOPQRSTUV'[(weighted(value, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === value[7];
}

function isRussian(value: string): boolean {
  return (weighted(value, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === number(value, 9, 11);
}

/** Of Yugoslavia and what came of it: day, month and the year's last three digits. */
function isYugoslav(value: string): boolean {
  const check = 11 - (weighted(value, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return isDayMonthYear(value) && (check > 9 ? 0 : check) === Number(value[12]);
}

/** Two check digits. */
function isTurkish(value: string): boolean {
  const digits = Array.from(value, Number);
  const odd = digits[0] + digits[2] + digits[4] + digits[6] + digits[8];
  const even = digits[1] + digits[3] + digits[5] + digits[7];
  const sum = digits.slice(0, 10).reduce((total, digit) => total + digit, 0);
  return (((odd * 7 - even) % 10) + 10) % 10 === digits[9] && sum % 10 === digits[10];
}

/** Of natural persons; firms have ten digits. */
function isRussianTax(value: string): boolean {
  return (
    isCheckedBy(value.slice(0, 11), [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) &&
    isCheckedBy(value, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
  );
}

/** The letter is of the place of registration: 10 to 35. */
function isTaiwanese(value: string): boolean {
  const place = 10 + 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(value[0]);
  const sum = Math.floor(place / 10) + (place % 10) * 9 + weighted(value.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1]);
  return sum % 10 === 0;
}

function isThai(value: string): boolean {
  const sum = weighted(value, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  return (11 - (sum % 11)) % 10 === Number(value[12]);
}

const FORMS: readonly Form[] = [
  form(String.raw`\d{6} ?\d{5}`, (value) => isNorwegian(value) || (isDayMonthYear(value) && luhn(value))),
  form(String.raw`\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]`, isFinnish),
  form(String.raw`\d{6}\/\d{3,4}`, isCzech),
  form(
    String.raw`[1-8]\d{12}`,
    (value) => isYearMonthDay(value, 1) && isCheckedBy(value, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]),
  ),
  form(String.raw`\d{2}\.?\d{2}\.?\d{2}[- ]?\d{3}[. -]?\d{2}`, isBelgian),
  form(String.raw`[1-9]\d{10}`, (value) => isTurkish(value) || (Number(value[0]) < 7 && isBaltic(value))),
  form(String.raw`[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d`, isMexican),
  form(String.raw`2[0347]-\d{8}-\d`, isArgentine),
  form(String.raw`\d{1,2}\.\d{3}\.\d{3}-[\dKk]`, isChilean),
  form(String.raw`[1-8]\d{5}(?:19|20)\d{9}[\dX]`, isChinese),
  form(String.raw`\d{6}-[1-8]\d{6}`, isKorean),
  form(String.raw`\d{6} ?\d{4} ?[01]\d{2}`, (value) => isYearMonthDay(value) && luhn(value)),
  form(String.raw`[STFG]\d{7}[A-Z]`, isSingaporean),
  form(String.raw`\d{7}[A-W][A-IW]?`, isIrish),
  form(String.raw`\d{3}-\d{3}-\d{3}[ -]\d{2}`, isRussian),
  form(String.raw`\d{13}`, isYugoslav),
  form(String.raw`\d{12}`, isRussianTax),
  form(String.raw`[A-Z][1289]\d{8}`, isTaiwanese),
  form(String.raw`[1-8]-\d{4}-\d{5}-\d\d-\d|[1-8] \d{4} \d{5} \d\d \d`, isThai),
  // Egypt: a century, a day and a governorate.
  form(String.raw`[23]\d{6}(?:0[1-4]|[12]\d|3[1-5]|88)\d{5}`, (value) => isYearMonthDay(value, 1)),
];

export const recogniser: Recogniser = {
  name: 'national-ids',
  kind: 'national_id',
  needs: { digits: 7 },
  *find(text) {
    for (const { pattern, check } of FORMS) {
      for (const { 0: value, index } of pattern.matches(text))
        if (check(bare(value))) yield { start: index, end: index + value.length, score: 0.62 };
    }
  },
};
