/**
 * Surrogates: replacements with the same shape, the same for equal values under one key. Numbers come from ranges
 * reserved for fiction or documentation, if there are any; identifiers with a check digit fail it.
 */
import { createHmac } from 'node:crypto';
import { shiftDate } from './shift-date.ts';
import type { Finding } from './finding.ts';
import { asListed, gazetteer } from './gazetteer.ts';
import type { Kind } from './kinds.ts';
import type { WordList } from '@attune/files/word-list';

/** Days that a subject's dates move by, either way, at most. */
const MOST_DAYS = 365;

export interface SurrogateOptions {
  /** Secret: with it one can compute the surrogate of a guessed value. */
  key: Uint8Array;
  /** Whether 3/4/2020 is in March. */
  monthFirst: boolean;
  /** Whether the rules of a recogniser allow a value. */
  isValid(recogniser: string, value: string): boolean;
}

/** Numbers 0 … bound - 1 that a key and a text stand for, one after the other. */
type Draw = (bound: number) => number;

export class Surrogates {
  readonly #options: SurrogateOptions;
  #lists: { given: readonly string[]; family: readonly string[]; cities: readonly string[] } | undefined;

  constructor(options: SurrogateOptions) {
    this.#options = options;
  }

  /** `subject` is the person the row is about: all dates of one move by the same number of days. */
  of(value: string, { kind, recogniser }: Pick<Finding, 'kind' | 'recogniser'>, subject: string): string {
    if (kind === 'date') return this.#date(value, subject);
    const make = makers[kind];
    const draw = this.#draw(`${kind}\n${value.toLowerCase().replaceAll(/\s+/g, ' ')}`);
    if (kind === 'name') return value.replaceAll(/\p{L}[\p{L}\p{M}'’]*/gu, (word) => this.#nameWord(word));
    if (kind === 'city') return pick(this.#names().cities, draw);
    if (make !== undefined) return make(value, draw);
    for (let attempt = 0; ; attempt++) {
      const scrambled = scramble(value, draw);
      // A check of one digit passes one time in ten by chance; what has none is as good as it comes.
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

  /** Word by word, so that "Ms Doe" stays who "Jane Doe" became. Particles and initials' stops stay. */
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

/** Digits become digits, letters letters of their case; everything else stays. */
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

/** 00 and 01 are invalid check digits of an IBAN: valid ones go from 02 to 98. */
function breakable(rest: string, draw: Draw): string {
  return `00${scramble(rest.slice(2), draw)}`;
}

/** Ranges that regulators keep for fiction: digits of the national number, x for any. */
const FICTION: readonly { code: string; length: number; form: string }[] = [
  { code: '1', length: 10, form: '20255501xx' },
  { code: '44', length: 10, form: '7700900xxx' },
  { code: '33', length: 9, form: '6399800xx' },
  { code: '49', length: 10, form: '3023125xxx' },
  { code: '46', length: 9, form: '7017406xx' },
];

/** Digits in their old places; an extension and the country's code stay as long as they were. */
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

/** A number that nobody has: no country assigns national numbers that start with 000 after the country code or trunk digit. */
function unassigned(digits: string, isInternational: boolean, draw: Draw): string {
  const kept = isInternational ? (digits.startsWith('00') ? 4 : 2) : digits.startsWith('0') ? 1 : 0;
  const rest = digits.length - kept;
  return digits.slice(0, kept) + '000' + Array.from({ length: rest - 3 }, () => draw(10)).join('');
}
