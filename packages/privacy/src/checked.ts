/** Numbers of persons recognised by their form and check digits, without a keyword. */
import { bare, ean13, isDay, luhn, mod11and10, verhoeff, weighted } from './checksums.ts';
import { patternRecogniser, type Recogniser } from './recogniser.ts';

/**
 * National name, form, score, and a check of the value's digits and capitals. If random numbers often pass the check
 * (one in ten), the score is below `THRESHOLD`, so that further evidence is needed.
 */
type Identifier = [name: string, pattern: string, score: number, check: (value: string) => boolean];

const { raw } = String;
const number = (text: string, from: number, to: number): number => Number(text.slice(from, to));
/** Year, month and day of two digits each, from `at`. */
const isYearMonthDay = (value: string, at = 0): boolean =>
  isDay(number(value, at + 2, at + 4), number(value, at + 4, at + 6));
const isDayMonthYear = (value: string): boolean => isDay(number(value, 2, 4), number(value, 0, 2));
/** The last digit from the weighted sum modulo 11, where 10 counts as 0. */
const isCheckedBy = (value: string, weights: readonly number[]): boolean =>
  (weighted(value, weights) % 11) % 10 === Number(value[weights.length]);

/** The prefixes are those of HMRC's manual NIM39110. */
const NINO = raw`(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]`;
const CODICE = raw`[A-Z]{3}\s?[A-Z]{3}\s?[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}\s?[A-Z][0-9LMNP-V]{3}\s?[A-Z]`;

const IDENTIFIERS: readonly Identifier[] = [
  // Areas 000, 666 and 9xx, group 00 and serial 0000 are never issued.
  ['us-ssn', raw`(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}`, 0.7, isSocialSecurity],
  ['uk-nino', NINO, 0.8, () => true],
  ['uk-nhs', raw`\d{3}[ -]?\d{3}[ -]?\d{4}`, 0.4, isNhs],
  ['de-tax', raw`[1-9]\d(?: ?\d{3}){3}`, 0.6, isGermanTax],
  ['fr-nir', raw`[1-478]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}\s?\d{2}`, 0.9, isNir],
  ['es-dni', raw`(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZ][- ]?\d{7})[- ]?[A-HJ-NP-TV-Z]`, 0.85, isDni],
  ['it-codice-fiscale', CODICE, 0.95, isCodice],
  ['nl-bsn', raw`\d{9}|\d{4}[. ]\d{2}[. ]\d{3}|\d{3}[. ]\d{3}[. ]\d{3}`, 0.3, isBsn],
  ['pl-pesel', raw`\d{11}`, 0.65, isPesel],
  ['se-personnummer', raw`(?:19|20)?\d{6}[-+]\d{4}|(?:19|20)\d{10}`, 0.6, isSwedish],
  ['ch-ahv', raw`756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}`, 0.9, ean13],
  ['br-cpf', raw`\d{3}\.\d{3}\.\d{3}[-.]\d{2}|\d{9}-?\d{2}`, 0.65, isCpf],
  ['in-aadhaar', raw`[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}`, 0.55, verhoeff],
  ['no-fnr', raw`\d{6} ?\d{5}`, 0.62, (value) => isNorwegian(value) || (isDayMonthYear(value) && luhn(value))],
  ['fi-hetu', raw`\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]`, 0.8, isFinnish],
  ['cz-rc', raw`\d{6}\/\d{3,4}`, 0.7, isCzech],
  ['dk-cpr', raw`(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d-\d{4}`, 0.6, isDayMonthYear],
  [
    'ro-cnp',
    raw`[1-8]\d{12}`,
    0.62,
    (value) => isYearMonthDay(value, 1) && isCheckedBy(value, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]),
  ],
  ['be-nrn', raw`\d{2}\.?\d{2}\.?\d{2}[- ]?\d{3}[. -]?\d{2}`, 0.62, isBelgian],
  ['tr-baltic', raw`[1-9]\d{10}`, 0.62, (value) => isTurkish(value) || (Number(value[0]) < 7 && isBaltic(value))],
  ['mx-curp', raw`[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d`, 0.9, isMexican],
  ['ar-cuil', raw`2[0347]-\d{8}-\d`, 0.7, isArgentine],
  ['cl-rut', raw`\d{1,2}\.\d{3}\.\d{3}-[\dKk]`, 0.7, isChilean],
  ['cn-id', raw`[1-8]\d{5}(?:19|20)\d{9}[\dX]`, 0.9, isChinese],
  ['kr-rrn', raw`\d{6}-[1-8]\d{6}`, 0.7, isYearMonthDay],
  ['za-id', raw`\d{6} ?\d{4} ?[01]\d{2}`, 0.62, (value) => isYearMonthDay(value) && luhn(value)],
  ['sg-nric', raw`[STFG]\d{7}[A-Z]`, 0.8, isSingaporean],
  ['ie-pps', raw`\d{7}[A-W][A-IW]?`, 0.62, isIrish],
  ['ru-snils', raw`\d{3}-\d{3}-\d{3}[ -]\d{2}`, 0.8, isRussian],
  ['yu-jmbg', raw`\d{13}`, 0.62, isYugoslav],
  ['ru-inn', raw`\d{12}`, 0.62, isRussianTax],
  ['tw-id', raw`[A-Z][1289]\d{8}`, 0.7, isTaiwanese],
  ['th-id', raw`[1-8]-\d{4}-\d{5}-\d\d-\d|[1-8] \d{4} \d{5} \d\d \d`, 0.8, isThai],
  ['eg-id', raw`[23]\d{6}(?:0[1-4]|[12]\d|3[1-5]|88)\d{5}`, 0.6, (value) => isYearMonthDay(value, 1)],
  ['hk-id', raw`[A-Z]{1,2}\d{6} ?\([\dA]\)`, 0.85, isHongKong],
];

/** No letter, digit, full stop or hyphen may touch the number. */
export const checked: readonly Recogniser[] = IDENTIFIERS.map(([name, pattern, score, check]) =>
  patternRecogniser({
    name,
    kind: 'national_id',
    digits: 4,
    pattern: new RegExp(raw`(?<![\p{L}\p{N}./-]|\d )(?:${pattern})(?![\p{L}\p{N}/-]|[.,]\d| \d{2})`, 'giu'),
    score,
    check: (value) => check(bare(value)),
  }),
);

function isSocialSecurity(value: string): boolean {
  return !/^(?:000|666|9)|^.{3}00|0000$/.test(value);
}

function isNhs(value: string): boolean {
  const check = 11 - (weighted(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return check !== 10 && (check === 11 ? 0 : check) === Number(value[9]);
}

/** Among the first ten digits one occurs two or three times. */
function isGermanTax(value: string): boolean {
  const counts = [...'0123456789'].map((digit) => value.slice(0, 10).split(digit).length - 1);
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && repeated[0] <= 3 && mod11and10(value);
}

/** Corsica's departments 2A and 2B count as 19 and 18. */
function isNir(value: string): boolean {
  const digits = value.replace('2A', '19').replace('2B', '18');
  return 97n - (BigInt(digits.slice(0, 13)) % 97n) === BigInt(digits.slice(13));
}

function isDni(value: string): boolean {
  const digits = value.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === value.at(-1);
}

/** Value of a letter or digit at an odd position (decree of 12 March 1974). */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isCodice(value: string): boolean {
  const values = Array.from(value.slice(0, 15), (sign) => (/\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65));
  const sum = values.reduce((total, one, index) => total + (index % 2 === 0 ? ODD[one] : one), 0);
  return String.fromCharCode(65 + (sum % 26)) === value[15];
}

function isBsn(value: string): boolean {
  return value !== '000000000' && weighted(value, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** The month encodes the century. */
function isPesel(value: string): boolean {
  const isBorn = isDay(number(value, 2, 4) % 20, number(value, 4, 6));
  return isBorn && weighted(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Coordination numbers add 60 to the day. */
function isSwedish(value: string): boolean {
  const digits = value.slice(-10);
  return isDay(number(digits, 2, 4), number(digits, 4, 6) % 60) && luhn(digits);
}

function isCpf(value: string): boolean {
  const digitOf = (digits: string): number => {
    const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (digits.length + 1 - index), 0);
    return ((sum * 10) % 11) % 10;
  };
  if (/^(\d)\1{10}$/.test(value)) return false;
  return digitOf(value.slice(0, 9)) === Number(value[9]) && digitOf(value.slice(0, 10)) === Number(value[10]);
}

/** For people without a residence the day has 40 added (Skatteetaten). */
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

/** Women's months have 50 added, and where numbers ran out another 20 is added. */
function isCzech(value: string): boolean {
  const month = number(value, 2, 4) % 50;
  const isBorn = isDay(month > 20 ? month - 20 : month, number(value, 4, 6));
  if (value.length === 9) return isBorn && number(value, 0, 2) < 54;
  return isBorn && (Number(value) % 11 === 0 || (Number(value.slice(0, 9)) % 11 === 10 && value.endsWith('0')));
}

/** For people born since 2000 a 2 is prepended. */
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

/** Prefixes 20, 23, 24 and 27 are of people; companies have 30 and above. */
function isArgentine(value: string): boolean {
  return (11 - (weighted(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(value[10]);
}

function isChilean(value: string): boolean {
  const digits = Array.from(value.slice(0, -1), Number).toReversed();
  const sum = digits.reduce((total, digit, index) => total + digit * (2 + (index % 6)), 0);
  return '0K987654321'[sum % 11] === value.at(-1);
}

/** ISO 7064, MOD 11-2, with a date of birth of four, two and two digits. */
function isChinese(value: string): boolean {
  const sum = weighted(value, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return isDay(number(value, 10, 12), number(value, 12, 14)) && '10X98765432'[sum % 11] === value[17];
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

/** Yugoslavia and its successor states: day, month and the last three digits of the year. */
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

/** Natural persons have twelve digits; companies have ten. */
function isRussianTax(value: string): boolean {
  return (
    isCheckedBy(value.slice(0, 11), [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) &&
    isCheckedBy(value, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
  );
}

/** The letter of the place of registration counts as 10 to 35. */
function isTaiwanese(value: string): boolean {
  const place = 10 + 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(value[0]);
  const sum = Math.floor(place / 10) + (place % 10) * 9 + weighted(value.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1]);
  return sum % 10 === 0;
}

function isThai(value: string): boolean {
  const sum = weighted(value, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  return (11 - (sum % 11)) % 10 === Number(value[12]);
}

/** The weighted sum of letters (A = 10, a space = 36) and digits is a multiple of eleven. */
function isHongKong(value: string): boolean {
  const signs = [...value.padStart(9, ' ')];
  const numbers = signs.map((sign, at) =>
    sign === ' ' ? 36 : /\d/.test(sign) ? Number(sign) : at === 8 ? 10 : sign.charCodeAt(0) - 55,
  );
  return numbers.reduce((sum, one, at) => sum + one * (9 - at), 0) % 11 === 0;
}
