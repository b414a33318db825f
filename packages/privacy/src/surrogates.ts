/**
 * Surrogates: replacements of the same shape, equal for equal values under one key. Numbers come from ranges reserved
 * for fiction or documentation where these exist; identifiers with a check digit fail its check.
 */
import { createHmac } from 'node:crypto';
import { shiftDate } from './shift-date.ts';
import type { Finding } from './finding.ts';
import { asListed, gazetteer } from './gazetteer.ts';
import type { Kind } from './kinds.ts';
import type { WordList } from '@attune/files/word-list';

/** The most days by which a subject's dates are shifted, in either direction. */
const MOST_DAYS = 365;

export interface SurrogateOptions {
  /** Must stay secret: with it one can compute the surrogate of a guessed value. */
  key: Uint8Array;
  /** Whether 3/4/2020 means a day in March. */
  monthFirst: boolean;
  /** Whether the rules of a recogniser accept a value. */
  isValid(recogniser: string, value: string): boolean;
}

/** A sequence of numbers 0 … bound - 1, derived from a key and a text. */
type Draw = (bound: number) => number;

export class Surrogates {
  readonly #options: SurrogateOptions;
  #lists: { given: readonly string[]; family: readonly string[]; cities: readonly string[] } | undefined;

  constructor(options: SurrogateOptions) {
    this.#options = options;
  }

  /** `subject` is the person whom the row is about: all dates of one subject are shifted by the same number of days. */
  of(value: string, { kind, recogniser }: Pick<Finding, 'kind' | 'recogniser'>, subject: string): string {
    if (kind === 'date') return this.#date(value, subject);
    const make = makers[kind];
    const draw = this.#draw(`${kind}\n${value.toLowerCase().replaceAll(/\s+/g, ' ')}`);
    if (kind === 'name') return value.replaceAll(/\p{L}[\p{L}\p{M}'’]*/gu, (word) => this.#nameWord(word));
    if (kind === 'city') return pick(this.#names().cities, draw);
    if (make !== undefined) return make(value, draw);
    for (let attempt = 0; ; attempt++) {
      const scrambled = scramble(value, draw);
      // One random number in ten passes a check of one digit: a few attempts find one that fails. Without a check the
      // first is used.
      if (scrambled !== value && (attempt === 50 || !this.#options.isValid(recogniser, scrambled))) return scrambled;
      if (attempt === 50) return scrambled;
    }
  }

  #draw(text: string): Draw {
    let block = -1;
    let at = 32;
    let bytes: Buffer = Buffer.alloc(0);
    return (bound) => {
      if (at + 4 > 32) {
        bytes = createHmac('sha256', this.#options.key).update(`${++block}\n${text}`).digest();
        at = 0;
      }
      at += 4;
      return Math.floor((bytes.readUInt32LE(at - 4) / 2 ** 32) * bound);
    };
  }

  #date(value: string, subject: string): string {
    const draw = this.#draw(`subject\n${subject}`);
    const days = (draw(2) === 0 ? -1 : 1) * (1 + draw(MOST_DAYS));
    return shiftDate(value, days, this.#options.monthFirst) ?? '[DATE]';
  }

  /**
   * Replaced word by word, so that "Ms Doe" gets the same name as "Jane Doe". Particles and the full stops of initials
   * stay.
   */
  #nameWord(word: string): string {
    if (!/^\p{Lu}/u.test(word) && !/^\p{Lo}/u.test(word)) return word;
    const listed = asListed(word);
    const draw = this.#draw(`name\n${listed.toLowerCase()}`);
    if ([...word].length === 1) return String.fromCharCode(65 + draw(26));
    const lists = this.#names();
    const chosen = pick(gazetteer().given.has(listed) ? lists.given : lists.family, draw);
    return word === word.toUpperCase() && /\p{Ll}/u.test(word.toLowerCase()) ? chosen.toUpperCase() : chosen;
  }

  #names() {
    this.#lists ??= {
      given: plain(gazetteer().given),
      family: plain(gazetteer().family),
      cities: plain(gazetteer().cities),
    };
    return this.#lists;
  }
}

function plain(list: WordList): string[] {
  return [...list]
    .filter(([word, standing]) => standing === 'plain' && /^\p{Lu}\p{Ll}{2,}$/u.test(word))
    .map(([word]) => word);
}

function pick<One>(list: readonly One[], draw: Draw): One {
  return list[draw(list.length)];
}

/** Replaces digits by digits and letters by letters of the same case; everything else stays. */
function scramble(value: string, draw: Draw): string {
  return value.replaceAll(/\d|\p{Lu}|\p{L}/gu, (sign) => {
    if (/\d/.test(sign)) return String(draw(10));
    return String.fromCharCode((/\p{Lu}/u.test(sign) ? 65 : 97) + draw(26));
  });
}

const STREETS = ['Station', 'Park', 'Mill', 'Church', 'Garden', 'Lake', 'Forest', 'Harbour', 'Market', 'School'];

const makers: Partial<Record<Kind, (value: string, draw: Draw) => string>> = {
  age: () => '90+',
  email: (_, draw) => `user${100_000 + draw(900_000)}@example.com`,
  url: (_, draw) => `https://example.com/${draw(2 ** 32).toString(36)}`,
  ip: (value, draw) =>
    value.includes(':')
      ? `2001:db8::${draw(2 ** 16).toString(16)}`
      : `${pick(['192.0.2', '198.51.100', '203.0.113'], draw)}.${1 + draw(254)}`,
  address: (_, draw) => `${1 + draw(199)} ${pick(STREETS, draw)} Street`,
  phone,
  fax: phone,
  biometric: () => '[BIOMETRIC]',
  photo: () => '[PHOTO]',
  iban: (value, draw) => value.slice(0, 2) + breakable(value.slice(2), draw),
  secret: (_, draw) => `REDACTED-${draw(2 ** 32).toString(36)}`,
};

/** An IBAN's valid check digits range from 02 to 98, so 00 and 01 are invalid. */
function breakable(rest: string, draw: Draw): string {
  return `00${scramble(rest.slice(2), draw)}`;
}

/** Ranges that regulators reserve for fiction: digits of the national number, with x for any digit. */
const FICTION: readonly { code: string; length: number; form: string }[] = [
  { code: '1', length: 10, form: '20255501xx' },
  { code: '44', length: 10, form: '7700900xxx' },
  { code: '33', length: 9, form: '6399800xx' },
  { code: '49', length: 10, form: '3023125xxx' },
  { code: '46', length: 9, form: '7017406xx' },
];

/** Writes digits at the old positions. The lengths of the extension and of the country code stay. */
function phone(value: string, draw: Draw): string {
  const digits = value.replaceAll(/\D/g, '');
  const international = /^\s?\(?(?:\+|00)/.test(value);
  const bare = digits.replace(/^00/, '');
  const range = international
    ? FICTION.find(({ code, length }) => bare.startsWith(code) && bare.length === code.length + length)
    : FICTION.find(({ code, length }) =>
        code === '1'
          ? digits.length === length && !digits.startsWith('0')
          : digits.length === length + 1 && digits.startsWith('07') && code === '44',
      );
  const fill = (form: string): string => form.replaceAll('x', () => String(draw(10)));
  const replacement =
    range === undefined
      ? unassigned(digits, international, draw)
      : digits.slice(0, digits.length - range.form.length) + fill(range.form);
  let at = 0;
  return value.replaceAll(/\d/g, () => replacement[at++]);
}

/** No country has a number whose national part continues with 000 after its area code or first digit, which stays. */
function unassigned(digits: string, isInternational: boolean, draw: Draw): string {
  const kept = isInternational ? (digits.startsWith('00') ? 4 : 2) : digits.startsWith('0') ? 1 : 0;
  const rest = digits.length - kept;
  return digits.slice(0, kept) + '000' + Array.from({ length: rest - 3 }, () => draw(10)).join('');
}
