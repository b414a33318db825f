/** Numbers of the third held-out set, of countries and registries that the first two lack, with the check digits that each defines. */
import { ibanDigits, luhnDigit, weighted } from './checksums.ts';
import type { Draws } from './random.ts';

type Maker = (draws: Draws) => string;

const two = (value: number): string => String(value).padStart(2, '0');

/** Draws until the check digit is one that its registry issues. */
function issued(make: () => string | undefined): string {
  for (;;) {
    const number = make();
    if (number !== undefined) return number;
  }
}

function birth(draws: Draws): { year: string; month: string; day: string } {
  return { year: two(draws.int(55, 99)), month: two(draws.int(1, 12)), day: two(draws.int(1, 28)) };
}

/** Eleven less the remainder of the weighted sum: 11 is written 0, and a number whose digit would be 10 is not issued. */
function eleven(digits: string, weights: readonly number[]): string | undefined {
  const rest = weighted(digits, weights) % 11;
  return rest === 1 ? undefined : String((11 - rest) % 11);
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
const HUNGARIAN = [9, 7, 3, 1] as const;

const MORE_NATIONAL: Record<string, Maker> = {
  // Argentina's CUIL.
  AR: (d) =>
    issued(() => {
      const start = d.pick(['20', '27', '23']) + d.int(10_000_000, 45_999_999);
      const check = eleven(start, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
      return check && `${start.slice(0, 2)}-${start.slice(2)}-${check}`;
    }),
  BE: (d) => {
    const { year, month, day } = birth(d);
    const serial = String(d.int(1, 997)).padStart(3, '0');
    const check = two(97 - (Number(year + month + day + serial) % 97));
    return `${year}.${month}.${day}-${serial}.${check}`;
  },
  CZ: (d) =>
    issued(() => {
      const { year, month, day } = birth(d);
      const start = year + two(Number(month) + d.pick([0, 50])) + day + d.digits(3);
      const check = Number(start) % 11;
      return check === 10 ? undefined : `${start.slice(0, 6)}/${start.slice(6)}${check}`;
    }),
  DK: (d) =>
    issued(() => {
      const { year, month, day } = birth(d);
      const start = day + month + year + d.int(0, 3) + d.digits(2);
      const check = eleven(start, [4, 3, 2, 7, 6, 5, 4, 3, 2]);
      return check && `${start.slice(0, 6)}-${start.slice(6)}${check}`;
    }),
  FI: (d) => {
    const { year, month, day } = birth(d);
    const [date, serial] = [day + month + year, String(d.int(2, 899)).padStart(3, '0')];
    return `${date}-${serial}${'0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(date + serial) % 31)}`;
  },
  // Mexico's CURP.
  MX: (d) => {
    const { year, month, day } = birth(d);
    const start =
      d.from('BCDFGLMPRSTV', 1) +
      d.from('AEIOU', 1) +
      d.from('BCDGLMPRSTV', 1) +
      d.from('AEJLMR', 1) +
      year +
      month +
      day;
    const whole = start + d.from('HM', 1) + d.pick(['DF', 'OC', 'YN', 'JC', 'CS']) + d.from('BCDFGLMNPRSTV', 3) + '0';
    const sum = [...whole].reduce((total, symbol, at) => total + ALPHABET.indexOf(symbol) * (18 - at), 0);
    return whole + ((10 - (sum % 10)) % 10);
  },
  NO: (d) =>
    issued(() => {
      const { year, month, day } = birth(d);
      const start = day + month + year + String(d.int(0, 499)).padStart(3, '0');
      const first = eleven(start, [3, 7, 6, 1, 8, 9, 4, 5, 2]);
      const second = first && eleven(start + first, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
      return second && `${start.slice(0, 6)}${d.pick(['', ' '])}${start.slice(6)}${first}${second}`;
    }),
  RO: (d) => {
    const { year, month, day } = birth(d);
    const start = d.int(1, 2) + year + month + day + two(d.int(1, 40)) + d.digits(3);
    const rest = weighted(start, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    return start + (rest === 10 ? 1 : rest);
  },
  SG: (d) => {
    const digits = d.digits(7);
    return `S${digits}${'JZIHGFEDCBA'.charAt(weighted(digits, [2, 7, 6, 5, 4, 3, 2]) % 11)}`;
  },
  TR: (d) => {
    const start = d.int(1, 9) + d.digits(8);
    const tenth = (weighted(start, [7, -1, 7, -1, 7, -1, 7, -1, 7]) + 100) % 10;
    return `${start}${tenth}${(weighted(start, [1]) + tenth) % 10}`;
  },
  ZA: (d) => {
    const { year, month, day } = birth(d);
    const start = `${year}${month}${day}${d.digits(4)}08`;
    return start + luhnDigit(start);
  },
};

/** The letters and digits of German identity cards and passports. */
const symbols = (d: Draws, count: number): string => d.from('CFGHJKLMNPRTVWXYZ0123456789', count);

/** Numbers of identity cards, where `MORE_NATIONAL` or the first set has the person's number. */
const CARDS: Record<string, Maker> = {
  BE: (d) => {
    const start = `592${d.digits(7)}`;
    return `592-${start.slice(3)}-${two(Number(start) % 97 || 97)}`;
  },
  DE: (d) => `L${symbols(d, 8)}`,
  // The digit after the letters checks all the others.
  PL: (d) => {
    const [letters, rest] = [d.from('ABCDEFGHIJKLM', 3), d.digits(5)];
    const values = [...letters].map((letter) => letter.charCodeAt(0) - 55);
    const sum = values.reduce((total, value, at) => total + value * ([7, 3, 1][at] ?? 0), 0);
    return `${letters}${(sum + weighted(rest, [7, 3, 1, 7, 3])) % 10}${rest}`;
  },
};

const HEALTH_NUMBERS: Record<string, Maker> = {
  HU: (d) => {
    const start = d.digits(8);
    return (start + (weighted(start, [3, 7]) % 10)).replace(/(...)(...)(...)/, '$1 $2 $3');
  },
  // Portugal's number of social security.
  PT: (d) => {
    const start = `1${d.digits(9)}`;
    return start + (9 - (weighted(start, [29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10));
  },
  // Brazil's provisional card of its health service, the SUS.
  SUS: (d) =>
    issued(() => {
      const start = `7${d.digits(13)}`;
      const rest = (11 - (weighted(start, [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return rest === 10 ? undefined : (start + rest).replace(/(...)(....)(....)(....)/, '$1 $2 $3 $4');
    }),
};

const IBAN_ACCOUNTS: Record<string, Maker> = {
  BE: (d) => {
    const start = d.pick(['001', '363', '734']) + d.digits(7);
    return start + two(Number(start) % 97 || 97);
  },
  CZ: (d) => `0800${czech(d).replace('-', '')}`,
  DK: (d) => d.pick(['5301', '3000']) + d.digits(10),
  FI: (d) => {
    const start = d.pick(['1', '5']) + d.digits(12);
    return start + luhnDigit(start);
  },
  HU: (d) => {
    const [bank, account] = [`117${d.digits(4)}`, d.digits(15)];
    const check = (digits: string): number => (10 - (weighted(digits, HUNGARIAN) % 10)) % 10;
    return `${bank}${check(bank)}${account}${check(account)}`;
  },
  NO: (d) => norwegian(d),
  RO: (d) => `RNCB${d.digits(16)}`,
  TR: (d) => `000620${d.digits(16)}`,
};

function norwegian(d: Draws): string {
  return issued(() => {
    const start = d.int(1, 9) + d.digits(9);
    const check = eleven(start, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    return check && start + check;
  });
}

/** Prefix and account, each with a weighted sum that eleven divides. */
function czech(d: Draws): string {
  const part = (length: number, weights: readonly number[]): string =>
    issued(() => {
      const start = d.int(1, 9) + d.digits(length - 2);
      const check = eleven(start, weights);
      return check && start + check;
    });
  return `${part(6, [10, 5, 8, 4, 2])}-${part(10, [6, 3, 7, 9, 10, 5, 8, 4, 2])}`;
}

const ACCOUNTS: Record<string, Maker> = {
  CZ: (d) => `${czech(d)}/0800`,
  MX: (d) => {
    const start = `012${d.digits(14)}`;
    const sum = [...start].reduce((total, digit, at) => total + ((Number(digit) * ([3, 7, 1][at % 3] ?? 0)) % 10), 0);
    return start + ((10 - (sum % 10)) % 10);
  },
  NL: (d) =>
    issued(() => {
      const start = d.int(1, 9) + d.digits(7);
      const check = eleven(start, [9, 8, 7, 6, 5, 4, 3, 2]);
      return check && (start + check).replace(/(..)(..)(..)(...)/, '$1.$2.$3.$4');
    }),
  NO: (d) => norwegian(d).replace(/(....)(..)(.....)/, '$1.$2.$3'),
};

const LICENCES: Record<string, Maker> = {
  // The number of a German panel doctor and the field of medicine.
  DE: (d) => {
    const start = d.int(1, 9) + d.digits(5);
    return `${start}${(10 - (weighted(start, [4, 9]) % 10)) % 10}0${d.int(1, 3)}`;
  },
  FR: (d) => {
    const start = `10${d.digits(8)}`;
    return start + luhnDigit(start);
  },
  // A Polish doctor's number begins with its check digit, which is never 0.
  PL: (d) =>
    issued(() => {
      const rest = d.digits(6);
      const check = weighted(rest, [1, 2, 3, 4, 5, 6]) % 11;
      return check === 0 || check === 10 ? undefined : check + rest;
    }),
  // Brazil's driving licence, by the two sums of its registry.
  BR: (d) =>
    issued(() => {
      const start = d.digits(9);
      const [first, second] = [
        weighted(start, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11,
        weighted(start, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11,
      ];
      return first === 10 || second === 10 ? undefined : `${start}${first}${second}`;
    }),
};

/** The National Health Index of New Zealand: three letters, three digits, a check digit. */
const newZealand: Maker = (d) =>
  issued(() => {
    const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
    const [name, digits] = [d.from(letters, 3), d.digits(3)];
    const sum = [...name].reduce((total, letter, at) => total + (letters.indexOf(letter) + 1) * (7 - at), 0);
    const rest = (sum + weighted(digits, [4, 3, 2])) % 11;
    return rest === 0 ? undefined : `${name}${digits}${(11 - rest) % 10}`;
  });

/** A Brazilian lawsuit: modulo 97 over the number, the year, the branch, the court and the origin. */
const lawsuit: Maker = (d) => {
  const [number, origin] = [`00${d.digits(5)}`, `00${d.digits(2)}`];
  const check = two(98 - Number((BigInt(`${number}2024502${origin}`) * 100n) % 97n));
  return `${number}-${check}.2024.5.02.${origin}`;
};

const FAMILIES: Record<string, Record<string, Maker>> = {
  id: MORE_NATIONAL,
  id2: CARDS,
  health: HEALTH_NUMBERS,
  account: ACCOUNTS,
  doctor: LICENCES,
  mrn: { NZ: newZealand },
  passport: { DE: (d) => `C${symbols(d, 8)}` },
  court: { BR: lawsuit },
  // Spanish plates have no vowels.
  plate: { ES: (d) => `${d.digits(4)} ${d.from('BCDFGHJKLMNPRSTVWXYZ', 3)}` },
};

/** An address that begins with the given octets. */
function internetAddress(d: Draws, start: string): string {
  const given = start.split('.');
  return [...given, ...Array.from({ length: 4 - given.length }, () => String(d.int(1, 254)))].join('.');
}

/** A number of `what` and `country` that only this set has, or nothing; for `ip` the country is the first octets. */
export function furtherNumber(draws: Draws, what: string, country: string): string | undefined {
  if (what === 'ip') return internetAddress(draws, country);
  const account = what === 'iban' ? IBAN_ACCOUNTS[country]?.(draws) : undefined;
  if (account === undefined) return FAMILIES[what]?.[country]?.(draws);
  const number = country + ibanDigits(country, account) + account;
  return draws.int(0, 2) ? (number.match(/.{1,4}/g) ?? []).join(' ') : number;
}
