/** The third held-out set is what its sources say, its labels lie where they should, its numbers hold, and it stays frozen. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KINDS, defects, thirdWrittenRows } from '../../tools/pii-held-out/second-set.ts';
import { thirdContent, thirdMailRows } from '../../tools/pii-held-out/third-set.ts';

const folder = new URL('../../fixtures/pii/', import.meta.url);
const frozen = readFileSync(new URL('pii-held-out-3.jsonl', folder), 'utf8');
const readme = readFileSync(new URL('README.md', folder), 'utf8');
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
    expect(readme).toContain(createHash('sha256').update(frozen).digest('hex'));
    expect(readme).toContain(`${written.length + mails.length} rows`);
  });

  it('has no defect in its labels, and no text twice', () => {
    expect(written.flatMap(defects)).toEqual([]);
    expect(new Set(written.map(({ text }) => text)).size).toBe(written.length);
    expect(new Set(mails.map(({ mail }) => mail.sha256)).size).toBe(mails.length);
    expect(new Set([...written, ...mails].map(({ id }) => id)).size).toBe(written.length + mails.length);
  });

  it('names every mail and its labels by places in order, within the excerpt', () => {
    for (const { id, mail, spans } of mails) {
      let end = 0;
      for (const span of spans) {
        expect(KINDS, id).toContain(span.kind);
        expect(span.start, id).toBeGreaterThanOrEqual(end);
        expect(span.end, id).toBeGreaterThan(span.start);
        ({ end } = span);
      }
      expect(end, id).toBeLessThanOrEqual(mail.end - mail.start);
    }
  });

  it('uses no mail of the first set', () => {
    const first = readFileSync(new URL('pii-held-out.jsonl', folder), 'utf8');
    expect(mails.filter(({ mail }) => first.includes(`"${mail.path}"`))).toEqual([]);
  });

  it.each(Object.entries(NATIONAL))('has national numbers of %s whose check digits are right', (country, holds) => {
    const numbers = found('national_id', country);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.filter((number) => !holds(number))).toEqual([]);
  });
});
