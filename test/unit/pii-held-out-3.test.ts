/** The third held-out set is what its sources say, its labels lie where they should, its numbers hold, and it stays frozen. */
import { describe, expect, it } from 'vitest';
import { thirdWrittenRows } from '../../tools/pii-held-out/second-set.ts';
import { thirdContent, thirdMailRows } from '../../tools/pii-held-out/third-set.ts';
import { expectDescribed, expectPlaced, expectSound, frozenSet } from './held-out-checks.ts';

const frozen = frozenSet('-3');
const written = thirdWrittenRows();
const mails = thirdMailRows();

/** Digits of what was labelled with a kind in rows of a country. */
const found = (kind: string, country: string): string[] =>
  written
    .filter((row) => row.country === country)
    .flatMap(({ text, spans }) => spans.flatMap((span) => (span.kind === kind ? text.slice(span.start, span.end) : [])))
    .map((text) => text.replace(/[^0-9A-Za-z]/g, ''));

const dot = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);

/** By the registries' definitions of a whole number, not the generator's of a check digit. */
const NATIONAL: Record<string, (number: string) => boolean> = {
  CZ: (n) => Number(n) % 11 === 0,
  DK: (n) => dot(n, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  FI: (n) => '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(n.slice(0, 9)) % 31] === n[9],
  NO: (n) => dot(n, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && dot(n, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  RO: (n) =>
    [dot(n, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11].map((rest) => (rest === 10 ? 1 : rest))[0] === Number(n[12]),
  SG: (n) => 'JZIHGFEDCBA'[dot(n.slice(1), [2, 7, 6, 5, 4, 3, 2]) % 11] === n[8],
  TR: (n) =>
    (dot(n, [7, 9, 7, 9, 7, 9, 7, 9, 7]) - Number(n[9])) % 10 === 0 &&
    (dot(n, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) - Number(n[10])) % 10 === 0,
  AR: (n) => dot(n, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
};

describe('the third held-out set of personal data', () => {
  it('is written from its sources, byte for byte, and has the hash and size that its description names', () => {
    expect(thirdContent()).toBe(frozen);
    expectDescribed(frozen, written.length + mails.length);
  });

  it('has no defect in its labels, and no text or mail twice, nor one of an earlier set', () => {
    expectSound({ written, mails }, ['', '-2']);
  });

  it('names every mail and its labels by places in order, within the excerpt', () => expectPlaced(mails));

  it.each(Object.entries(NATIONAL))('has national numbers of %s whose check digits are right', (country, holds) => {
    const numbers = found('national_id', country);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.filter((number) => !holds(number))).toEqual([]);
  });
});
