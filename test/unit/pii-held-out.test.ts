/** The frozen held-out set of personal data is what its README says, and its identifiers hold by code of this file. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const KINDS = [
  'name',
  'address',
  'date',
  'age',
  'phone',
  'fax',
  'email',
  'national_id',
  'medical_record',
  'health_plan',
  'account',
  'iban',
  'card',
  'passport',
  'licence',
  'vehicle',
  'device',
  'url',
  'ip',
  'biometric',
  'photo',
  'other_id',
  'secret',
];

interface Row {
  id: string;
  text?: string;
  mail?: { path: string; start: number; end: number; sha256: string };
  language: string;
  country: string;
  source: 'written' | 'mail';
  spans: { start: number; end: number; kind: string }[];
}

const FOLDER = join(import.meta.dirname, '../../fixtures/pii');
const bytes = readFileSync(join(FOLDER, 'pii-held-out.jsonl'));
const rows = bytes
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** What was labelled with a kind in sentences of a country. */
function found(kind: string, country?: string): string[] {
  return rows
    .filter((row) => country === undefined || row.country === country)
    .flatMap(({ text, spans }) =>
      spans.flatMap((span) => (span.kind === kind && text !== undefined ? [text.slice(span.start, span.end)] : [])),
    );
}

const plain = (text: string): string => text.replace(/[^0-9A-Za-z]/g, '');
const dot = (digits: string, weights: number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);

/** Remainder of a long decimal number, digit by digit. */
const remainder = (digits: string, by: number): number =>
  [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % by, 0);

function luhn(number: string): boolean {
  let sum = 0;
  for (let at = 0; at < number.length; at++) {
    const digit = Number(number[number.length - 1 - at]);
    sum += at % 2 === 0 ? digit : Math.floor((digit * 2) / 10) + ((digit * 2) % 10);
  }
  return sum % 10 === 0;
}

function iban(number: string): boolean {
  const moved = number.slice(4) + number.slice(0, 4);
  return (
    remainder(
      moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55)),
      97,
    ) === 1
  );
}

/** Verhoeff by the dihedral group itself: rotations 0-4, reflections 5-9. */
function verhoeff(number: string): boolean {
  const product = (a: number, b: number): number => {
    const turned = a < 5 ? (a + (b % 5)) % 5 : (a - (b % 5) + 5) % 5;
    return a < 5 === b < 5 ? turned % 5 : 5 + (turned % 5);
  };
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  let check = 0;
  [...number].toReversed().forEach((symbol, at) => {
    let digit = Number(symbol);
    for (let times = 0; times < at % 8; times++) digit = permutation[digit] ?? 0;
    check = product(check, digit);
  });
  return check === 0;
}

function germanTax(number: string): boolean {
  let product = 10;
  for (const digit of number.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === Number(number[10]);
}

function spanish(number: string): boolean {
  const digits = number.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === number.at(-1);
}

/** Values of symbols at odd places of a codice fiscale, digits being A to J. */
function italian(number: string): boolean {
  const odd = 'BAKPLCQDREVOSFTGUHMINJWZYX';
  const index = (symbol: string): number => (/\d/.test(symbol) ? Number(symbol) : symbol.charCodeAt(0) - 65);
  const sum = [...number]
    .slice(0, 15)
    .map((symbol, at) => (at % 2 === 1 ? index(symbol) : odd.indexOf(String.fromCharCode(65 + index(symbol)))))
    .reduce((total, value) => total + value, 0);
  return String.fromCharCode(65 + (sum % 26)) === number[15];
}

function cpf(number: string): boolean {
  const digit = (length: number): number => {
    const weights = Array.from({ length }, (_, at) => length + 1 - at);
    return ((dot(number, weights) * 10) % 11) % 10;
  };
  return digit(9) === Number(number[9]) && digit(10) === Number(number[10]);
}

const NATIONAL: Record<string, (number: string) => boolean> = {
  US: (n) => /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(n),
  GB: (n) => /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(n),
  DE: germanTax,
  FR: (n) => 97 - remainder(n.slice(0, 13), 97) === Number(n.slice(13)),
  ES: spanish,
  IT: italian,
  NL: (n) => dot(n, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  PL: (n) => dot(n, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  SE: (n) => luhn(n.slice(-10)),
  CH: (n) => n.startsWith('756') && dot(n, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  BR: cpf,
  IN: (n) => /^[A-Z]{3}P[A-Z]\d{4}[A-Z]$/.test(n) || (n.length === 12 && verhoeff(n)),
  CA: (n) => n.length === 9 && luhn(n),
  AU: (n) => dot(n, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
};

const HEALTH: Record<string, (number: string) => boolean> = {
  GB: (n) => dot(n, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  DE: (n) => {
    const digits = `${n.charCodeAt(0) - 64}`.padStart(2, '0') + n.slice(1, 9);
    const doubled = [...digits].map((digit, at) => `${Number(digit) * (at % 2 === 0 ? 1 : 2)}`).join('');
    return [...doubled].reduce((sum, digit) => sum + Number(digit), 0) % 10 === Number(n[9]);
  },
  AU: (n) => dot(n, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(n[8]),
  CA: luhn,
};

function vin(number: string): boolean {
  const values: Record<string, number> = {};
  for (const [at, letter] of [...'ABCDEFGH'].entries()) values[letter] = at + 1;
  for (const [at, letter] of [...'JKLMN'].entries()) values[letter] = at + 1;
  for (const [at, letter] of [...'STUVWXYZ'].entries()) values[letter] = at + 2;
  Object.assign(values, { P: 7, R: 9 });
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const sum = weights.reduce((total, weight, at) => {
    const symbol = number[at] ?? '';
    return total + weight * (values[symbol] ?? Number(symbol));
  }, 0);
  return '0123456789X'[sum % 11] === number[8];
}

/** Those of the numbers that a check refuses. */
const refused = (numbers: string[], holds: (number: string) => boolean): string[] =>
  numbers.filter((number) => !holds(plain(number)));

describe('the held-out set of personal data', () => {
  it('is the file that was frozen', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    expect(readme).toContain(createHash('sha256').update(bytes).digest('hex'));
    expect(bytes.length).toBeLessThan(1_000_000);
  });

  it('has as many sentences, kinds, countries and negatives as it says', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const mails = rows.filter((row) => row.source === 'mail');
    expect(readme).toContain(`${rows.length} rows`);
    expect(rows.length - mails.length).toBeGreaterThanOrEqual(1000);
    expect(mails.length).toBeGreaterThanOrEqual(200);
    expect(new Set(rows.map((row) => row.country)).size).toBeGreaterThanOrEqual(9);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    expect(rows.filter((row) => row.spans.length === 0).length / rows.length).toBeGreaterThan(0.18);
    for (const kind of KINDS) {
      const count = rows.flatMap((row) => row.spans).filter((span) => span.kind === kind).length;
      expect(count, kind).toBeGreaterThanOrEqual(60);
      expect(readme).toContain(`| ${kind} | ${count} |`);
    }
  });

  it('has spans in range, in order, of known kinds and without space at their ends', () => {
    for (const row of rows) {
      const length = row.text?.length ?? (row.mail?.end ?? 0) - (row.mail?.start ?? 0);
      let end = 0;
      for (const span of row.spans) {
        expect(KINDS, row.id).toContain(span.kind);
        expect(span.start, row.id).toBeGreaterThanOrEqual(end);
        expect(span.end, row.id).toBeGreaterThan(span.start);
        ({ end } = span);
        const labelled = (row.text ?? 'x'.repeat(length)).slice(span.start, end);
        expect(labelled.trim(), row.id).toBe(labelled);
      }
      expect(end, row.id).toBeLessThanOrEqual(length);
      expect(row.text === undefined).toBe(row.source === 'mail');
    }
  });

  it('holds identifiers whose check digits are right', () => {
    expect(refused(found('iban'), iban)).toEqual([]);
    expect(refused(found('card'), luhn)).toEqual([]);
    for (const [country, holds] of Object.entries(NATIONAL)) {
      const numbers = found('national_id', country);
      expect(numbers.length, country).toBeGreaterThan(0);
      expect(refused(numbers, holds), country).toEqual([]);
    }
    for (const [country, holds] of Object.entries(HEALTH)) {
      expect(refused(found('health_plan', country), holds), country).toEqual([]);
    }
    expect(
      refused(
        found('vehicle').filter((text) => plain(text).length === 17),
        vin,
      ),
    ).toEqual([]);
    const licences = found('licence');
    const providers = licences.filter((text) => /^1\d{9}$/.test(text));
    const prescribers = licences.filter((text) => /^B[A-Z]\d{7}$/.test(text));
    expect([providers.length, prescribers.length].every((count) => count > 0)).toBe(true);
    expect(refused(providers, (n) => luhn(`80840${n}`))).toEqual([]);
    expect(refused(prescribers, (n) => dot(n.slice(2), [1, 2, 1, 2, 1, 2]) % 10 === Number(n[8]))).toEqual([]);
    expect(
      refused(
        found('device').filter((text) => /^\d{15}$/.test(text)),
        luhn,
      ),
    ).toEqual([]);
  });

  it('holds no card and no IBAN in sentences that are said to be free of them', () => {
    const free = rows.filter((row) => row.spans.length === 0).map((row) => row.text ?? '');
    const cards = free.flatMap((text) => text.match(/\b\d{4}[ -]?\d{4,6}[ -]?\d{4,5}(?:[ -]?\d{4})?\b/g) ?? []);
    expect(cards.filter((text) => plain(text).length >= 15 && luhn(plain(text)))).toEqual([]);
    const accounts = free.flatMap((text) => text.match(/\b[A-Z]{2}\d{2} ?[A-Z0-9]{4}[A-Z0-9 ]{8,30}\b/g) ?? []);
    expect(accounts.map(plain).filter(iban)).toEqual([]);
  });
});
