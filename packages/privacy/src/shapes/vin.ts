/** Vehicle identification numbers. Only North America requires the check digit. */
import { entryOf, table } from '@attune/base/table';
import type { Recogniser } from '../recogniser.ts';

/** Outside North America: letters or digits of the maker, and at least four digits at the end (ISO 3779 and 3780). */
const SHAPE = /^(?=(?:\d*[A-Z]){4})[A-HJ-NPR-Z6-9][A-HJ-NPR-Z0-9]{12}\d{4}$/;
const PATTERN = /(?<![A-Z0-9-])(?=[A-Z]{0,16}\d)[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9-])/gi;
/** "WVW ZZZ 1JZ XW 000001", as printed in vehicle papers. */
const SPACED = /(?<![A-Z0-9-])(?:[A-HJ-NPR-Z0-9]{2,9}[ -]){1,5}[A-HJ-NPR-Z0-9]{2,9}(?![A-Z0-9-])/g;
const LENGTH = 17;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ';
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9];
const VALUES: Record<string, number> = table(
  Object.fromEntries([...LETTERS].map((letter, index) => [letter, NUMBERS[index]])),
);

/** 49 CFR 565.15. */
function isValid(value: string): boolean {
  const signs = [...value.toUpperCase()];
  const sum = signs.reduce((total, sign, at) => total + (entryOf(VALUES, sign) ?? Number(sign)) * WEIGHTS[at], 0);
  return '0123456789X'[sum % 11] === signs[8];
}

export const recogniser: Recogniser = {
  name: 'vin',
  kind: 'vin',
  digits: 4,
  isValid,
  *find(text) {
    for (const { 0: value, index } of text.matchAll(PATTERN)) {
      const isSure = /[A-Z]/i.test(value) && (isValid(value) || SHAPE.test(value));
      yield { start: index, end: index + value.length, score: isSure ? 0.7 : 0.4 };
    }
    for (const { 0: value, index } of text.matchAll(SPACED)) {
      if (value.replaceAll(/[ -]/g, '').length === LENGTH && /\d{4}$/.test(value))
        yield { start: index, end: index + value.length, score: 0.4 };
    }
  },
};
