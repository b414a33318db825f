/** The fourth held-out set is what its sources say, its labels lie where they should, its numbers hold, and it stays frozen. */
import { describe, expect, it } from 'vitest';
import { luhnDigit } from '../../tools/pii-held-out/checksums.ts';
import { fourthWrittenRows } from '../../tools/pii-held-out/second-set.ts';
import { fourthContent, fourthMailRows } from '../../tools/pii-held-out/third-set.ts';
import { expectDescribed, expectPlaced, expectSound, frozenSet } from './held-out-checks.ts';

const frozen = frozenSet('-4');
const written = fourthWrittenRows();
const mails = fourthMailRows();

/** Letters and digits of what was labelled as a national number in rows of a country. */
const found = (country: string): string[] =>
  written
    .filter((row) => row.country === country)
    .flatMap(({ text, spans }) =>
      spans.filter(({ kind }) => kind === 'national_id').map(({ start, end }) => text.slice(start, end)),
    )
    .map((text) => text.replace(/[^0-9A-Za-z]/g, ''));

const dot = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);

const luhn = (number: string): boolean => luhnDigit(number.slice(0, -1)) === number.at(-1);

const baltic = (n: string): boolean => {
  const [first, second] = [dot(n, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11, dot(n, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11];
  return Number(n[10]) === (first < 10 ? first : second % 10);
};

/** By the registries' definitions of a whole number, not the generator's of a check digit. */
const NATIONAL: Record<string, (number: string) => boolean> = {
  AE: luhn,
  BG: (n) => (dot(n, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === Number(n[9]),
  CL: (n) =>
    (dot(n, n.length === 9 ? [3, 2, 7, 6, 5, 4, 3, 2] : [2, 7, 6, 5, 4, 3, 2]) +
      (n.endsWith('K') ? 10 : Number(n.at(-1)))) %
      11 ===
    0,
  CN: (n) =>
    (dot(n, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) + (n.endsWith('X') ? 10 : Number(n[17]))) % 11 === 1,
  EC: luhn,
  EE: baltic,
  GR: luhn,
  HK: (n) =>
    (324 +
      (n.charCodeAt(0) - 55) * 8 +
      dot(n.slice(1), [7, 6, 5, 4, 3, 2]) +
      (n.endsWith('A') ? 10 : Number(n.at(-1)))) %
      11 ===
    0,
  HR: (n) => {
    const rest = [...n].slice(0, 10).reduce((before, digit) => (((before + Number(digit)) % 10 || 10) * 2) % 11, 10);
    return (rest + Number(n[10])) % 10 === 1;
  },
  IL: luhn,
  KR: (n) => (11 - (dot(n, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(n[12]),
  LT: baltic,
  NZ: (n) => dot(n.padStart(9, '0'), [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  TH: (n) => (11 - (dot(n, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(n[12]),
  TR: (n) =>
    (dot(n, [7, 9, 7, 9, 7, 9, 7, 9, 7]) - Number(n[9])) % 10 === 0 &&
    (dot(n, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) - Number(n[10])) % 10 === 0,
  UY: (n) => dot(n, [2, 9, 8, 7, 6, 3, 4, 1]) % 10 === 0,
};

describe('the fourth held-out set of personal data', () => {
  it('is written from its sources, byte for byte, and has the hash and size that its description names', () => {
    expect(fourthContent()).toBe(frozen);
    expectDescribed(frozen, written.length + mails.length);
  });

  it('has no defect in its labels, and no text twice, nor one of an earlier set', () => {
    expectSound({ written, mails }, ['', '-2', '-3']);
  });

  it('names every mail and its labels by places in order, within the excerpt', () => expectPlaced(mails));

  it.each(Object.entries(NATIONAL))('has national numbers of %s whose check digits are right', (country, holds) => {
    const numbers = found(country);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.filter((number) => !holds(number))).toEqual([]);
  });

  it('has no valid card number where a row claims to hold nothing personal', () => {
    const numbers = written
      .filter(({ spans }) => spans.length === 0)
      .flatMap(({ text }) => text.match(/\b(?:\d{4}[ -]?){3}\d{3,4}\b/g) ?? [])
      .map((number) => number.replace(/\D/g, ''));
    expect(numbers.length).toBeGreaterThan(1);
    expect(numbers.filter(luhn)).toEqual([]);
  });
});
