/** Numbers of the fourth held-out set, of registries that the first three lack. */
import { eanDigit, ibanDigits, luhnDigit, mod1110, weighted } from './checksums.ts';
import { githubToken, isbn, jwt } from './identifiers.ts';
import type { Draws } from './random.ts';

type Maker = (draws: Draws) => string;

const two = (value: number): string => String(value).padStart(2, '0');

function birth(draws: Draws): string {
  return two(draws.int(55, 99)) + two(draws.int(1, 12)) + two(draws.int(1, 28));
}

/** The check digit that Estonia and Lithuania share: a second row of weights where the first leaves 10. */
function baltic(start: string): number {
  const first = weighted(start, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  return first < 10 ? first : (weighted(start, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
}

const NATIONAL: Record<string, Maker> = {
  // The Emirates' identity card.
  AE: (d) => {
    const start = `784${d.int(1955, 2004)}${d.digits(7)}`;
    return (start + luhnDigit(start)).replace(/(...)(....)(.......)(.)/, '$1-$2-$3-$4');
  },
  // Bulgaria's EGN.
  BG: (d) => {
    const start = birth(d) + d.digits(3);
    return start + ((weighted(start, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10);
  },
  // Chile's RUT: the digit 10 is written K.
  CL: (d) => {
    const start = String(d.int(6_000_000, 24_999_999));
    const rest = 11 - (weighted([...start].toReversed().join(''), [2, 3, 4, 5, 6, 7]) % 11);
    return `${start.replace(/(?<=\d)(?=(?:\d{3})+$)/g, '.')}-${rest === 11 ? 0 : rest === 10 ? 'K' : rest}`;
  },
  // China's identity card: 10 is written X.
  CN: (d) => {
    const start = `310104${d.int(1955, 1999)}${two(d.int(1, 12))}${two(d.int(1, 28))}${d.digits(3)}`;
    return start + '10X98765432'.charAt(weighted(start, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11);
  },
  // Ecuador's cédula.
  EC: (d) => {
    const start = two(d.int(1, 24)) + d.int(0, 5) + d.digits(6);
    return start + luhnDigit(start);
  },
  EE: (d) => {
    const start = d.int(3, 4) + birth(d) + d.digits(3);
    return start + baltic(start);
  },
  // Greece's AMKA: the birthday as day, month, year.
  GR: (d) => {
    const [, year = '', month = '', day = ''] = /(..)(..)(..)/.exec(birth(d)) ?? [];
    const start = day + month + year + d.digits(4);
    return start + luhnDigit(start);
  },
  // Hong Kong's identity card.
  HK: (d) => {
    const [letter, digits] = [d.from('ABCDEGHKPRVYZ', 1), d.digits(6)];
    const sum = 36 * 9 + (letter.charCodeAt(0) - 55) * 8 + weighted(digits, [7, 6, 5, 4, 3, 2]);
    const rest = (11 - (sum % 11)) % 11;
    return `${letter}${digits}(${rest === 10 ? 'A' : rest})`;
  },
  // Croatia's OIB.
  HR: (d) => {
    const start = d.int(1, 9) + d.digits(9);
    return start + mod1110(start);
  },
  IL: (d) => {
    const start = d.int(2, 3) + d.digits(7);
    return start + luhnDigit(start);
  },
  KR: (d) => {
    const start = birth(d) + d.int(1, 2) + d.digits(5);
    const check = (11 - (weighted(start, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;
    return `${start.slice(0, 6)}-${start.slice(6)}${check}`;
  },
  LT: (d) => {
    const start = d.int(3, 4) + birth(d) + d.digits(3);
    return start + baltic(start);
  },
  // New Zealand's tax number; one whose digit would be 10 is drawn again.
  NZ: (d) => {
    for (;;) {
      const start = `0${d.int(1, 9)}${d.digits(6)}`;
      const check = (11 - (weighted(start, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      if (check < 10) return (start.slice(1) + check).replace(/(..)(...)(...)/, '$1-$2-$3');
    }
  },
  TH: (d) => {
    const start = d.int(1, 5) + d.digits(11);
    const check = (11 - (weighted(start, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10;
    return (start + check).replace(/(.)(....)(.....)(..)(.)/, '$1-$2-$3-$4-$5');
  },
  UY: (d) => {
    const start = String(d.int(1_000_000, 5_999_999));
    const check = (10 - (weighted(start, [2, 9, 8, 7, 6, 3, 4]) % 10)) % 10;
    return `${start}${check}`.replace(/(.)(...)(...)(.)/, '$1.$2.$3-$4');
  },
};

/** Numbers of social security and tax, where `id` gives another number of that country. */
const SOCIAL: Record<string, Maker> = {
  // Germany's pension insurance: digit sums of the products, the letter read as two digits.
  DE: (d) => {
    const [, year = '', month = '', day = ''] = /(..)(..)(..)/.exec(birth(d)) ?? [];
    const [start, letter, serial] = [`65${day}${month}${year}`, d.from('ABDFGHKLMRSTW', 1), two(d.int(0, 99))];
    const digits = `${start}${two(letter.charCodeAt(0) - 64)}${serial}`;
    const products = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].map((weight, at) => weight * Number(digits[at]));
    const sum = products.reduce((total, product) => total + Math.floor(product / 10) + (product % 10), 0);
    return `${start}${letter}${serial}${sum % 10}`;
  },
  ES: (d) => {
    const [province, number] = [two(d.int(1, 52)), String(d.int(10_000_000, 99_999_999))];
    return `${province}/${number}/${two(Number(province + number) % 97)}`;
  },
  // The first digit of a British taxpayer's number checks the others.
  GB: (d) => {
    const rest = d.digits(9);
    return '21987654321'.charAt(weighted(rest, [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11) + rest;
  },
  MX: (d) => {
    const start = d.int(10, 97) + d.digits(8);
    return start + luhnDigit(start);
  },
};

/** Accounts as their countries lengthen them within an IBAN, without check digits of their own. */
const IBAN_BODIES: Record<string, string> = {
  EE: '22############00',
  GR: '0110###############0###',
  HR: '2360000##########',
  LT: '73000###########',
  LU: '0019############0',
  SK: '0900############0###',
};

/** What has no country: tokens, and numbers of goods and securities that look like identifiers. */
const WITHOUT_COUNTRY: Record<string, Maker> = {
  ean: (d) => {
    const start = d.pick(['400', '541', '761', '871', '500', '302']) + d.digits(9);
    return start + eanDigit(start);
  },
  github: githubToken,
  isbn,
  // A security's number: Luhn's digit over its letters read as numbers.
  isin: (d) => {
    const start = d.pick(['DE000', 'FR001', 'US037', 'NL001', 'CH002']) + d.fill('#@####').slice(0, 6);
    return start + luhnDigit([...start].map((symbol) => Number.parseInt(symbol, 36)).join(''));
  },
  jwt,
};

/** A number of `what` and `country` that only this set has, or nothing. */
export function fourthNumber(draws: Draws, what: string, country: string): string | undefined {
  if (WITHOUT_COUNTRY[what]) return WITHOUT_COUNTRY[what](draws);
  if (what === 'id') return NATIONAL[country]?.(draws);
  if (what === 'social') return SOCIAL[country]?.(draws);
  const body = what === 'iban' ? IBAN_BODIES[country] : undefined;
  if (body === undefined) return undefined;
  const account = draws.fill(body);
  const number = country + ibanDigits(country, account) + account;
  return draws.int(0, 1) ? (number.match(/.{1,4}/g) ?? []).join(' ') : number;
}
