/** Vehicle identification numbers. The check digit is binding in North America only, so elsewhere a word must say so. */
import { entryOf } from '../../../base/table.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

/** Outside North America: three letters or digits of the maker, and at the end four digits or more (ISO 3779 and 3780). */
const SHAPE = /^(?=(?:\d*[A-Z]){4})[A-HJ-NPR-Z6-9][A-HJ-NPR-Z0-9]{12}\d{4}$/;
const PATTERN = new Expression(/(?<![A-Z0-9-])(?=[A-Z]{0,16}\d)[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9-])/gi, {
  isNearDigits: true,
});
/** "WVW ZZZ 1JZ XW 000001", as papers print it. */
const SPACED = new Expression(/(?<![A-Z0-9-])(?:[A-HJ-NPR-Z0-9]{2,9}[ -]){1,5}[A-HJ-NPR-Z0-9]{2,9}(?![A-Z0-9-])/g, {
  isNearDigits: true,
});
const LENGTH = 17;
const CONTEXT =
  /\bvin\b|vehicle|chassis|fahrgestell|fahrzeug-?ident|\bfin\b|châssis|bastidor|telaio|nadwozia|chassi|\bniv\b|alváz|ramnummer|stelnummer|understell|podvozk|karoseri|şasi|șasiu|πλαισίου|кузов|шасі|шасси/i;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const VALUES: Record<string, number> = Object.fromEntries(
  [...'ABCDEFGH']
    .map((letter, index) => [letter, index + 1])
    .concat(
      [...'JKLMN'].map((letter, index) => [letter, index + 1]),
      [
        ['P', 7],
        ['R', 9],
      ],
      [...'STUVWXYZ'].map((letter, index) => [letter, index + 2]),
    ),
);

/** 49 CFR 565.15. */
function isValid(value: string): boolean {
  const signs = [...value.toUpperCase()];
  const sum = signs.reduce((total, sign, index) => total + (entryOf(VALUES, sign) ?? Number(sign)) * WEIGHTS[index], 0);
  return '0123456789X'[sum % 11] === signs[8];
}

export const recogniser: Recogniser = {
  name: 'vin',
  kind: 'vin',
  needs: { digits: 4 },
  isValid,
  *find(text) {
    for (const { 0: value, index } of SPACED.matches(text)) {
      const bare = value.replaceAll(/[ -]/g, '');
      const isNear = CONTEXT.test(text.slice(Math.max(0, index - 60), index));
      if (bare.length === LENGTH && isNear && /\d.*\d.*\d.*\d$/.test(bare))
        yield { start: index, end: index + value.length, score: 0.9 };
    }
    for (const { 0: value, index } of PATTERN.matches(text)) {
      const isNear = CONTEXT.test(text.slice(Math.max(0, index - 60), index));
      const hasLetters = /[A-Z]/i.test(value);
      if (isNear || (hasLetters && isValid(value)))
        yield { start: index, end: index + value.length, score: isNear ? 0.95 : 0.7 };
      else if (SHAPE.test(value)) yield { start: index, end: index + value.length, score: 0.6 };
    }
  },
};
