/** Invented identifiers with valid check digits, per country. */
import { crc32 } from 'node:zlib';
import {
  cpfDigits,
  eanDigit,
  fiscalLetter,
  ibanDigits,
  luhnDigit,
  mod1110,
  verhoeffDigit,
  vinDigit,
  weighted,
} from './checksums.ts';
import type { Draws } from './random.ts';

const two = (value: number): string => String(value).padStart(2, '0');
const grouped = (text: string, size: number, by = ' '): string =>
  (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(by);

/** Draws until a payload has a check digit that the registry allows. */
function until(make: () => string | undefined): string {
  for (;;) {
    const value = make();
    if (value !== undefined) return value;
  }
}

/** A birth date's two digits of year, month and day. */
function birth(draws: Draws): [string, string, string] {
  return [two(draws.int(35, 99)), two(draws.int(1, 12)), two(draws.int(1, 28))];
}

type Maker = (draws: Draws) => string;

export const NATIONAL: Record<string, Maker> = {
  US: (d) => `${d.int(100, 665)}-${two(d.int(1, 99))}-${d.int(1000, 9999)}`,
  GB: (d) => {
    const number = `${d.from('ABCEHJLMPRSTWXY', 1)}${d.from('ABCEHJLMPRSTWXYZ', 1)}${d.digits(6)}${d.from('ABCD', 1)}`;
    return d.int(0, 1) ? number : grouped(number, 2);
  },
  DE: (d) => {
    // One digit of the first ten occurs twice, as the tax number requires.
    const order = [...'0123456789'].sort(() => d.int(0, 1) - 0.5).filter((digit) => digit !== '0');
    const payload = order.slice(0, 9).join('') + (order[d.int(0, 7)] ?? '1');
    const number = payload + mod1110(payload);
    return d.int(0, 1) ? number : `${number.slice(0, 2)} ${grouped(number.slice(2), 3)}`;
  },
  FR: (d) => {
    const [year, month] = birth(d);
    const payload = `${d.int(1, 2)}${year}${month}${two(d.int(1, 19))}${String(d.int(1, 400)).padStart(3, '0')}${d.fill('###')}`;
    const key = two(97 - Number(BigInt(payload) % 97n));
    return d.int(0, 1) ? payload + key : payload.replace(/(.)(..)(..)(..)(...)(...)/, '$1 $2 $3 $4 $5 $6') + ` ${key}`;
  },
  ES: (d) => {
    const letter = (value: number): string => 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(value % 23);
    if (d.int(0, 3) > 0) {
      const number = String(d.int(10_000_000, 79_999_999));
      return number + d.pick(['', '-']) + letter(Number(number));
    }
    const first = d.int(0, 2);
    const rest = d.digits(7);
    return 'XYZ'.charAt(first) + rest + letter(Number(`${first}${rest}`));
  },
  IT: (d) => {
    const [year, , day] = birth(d);
    const letters = 'BCDFGLMNPRSTV';
    const payload = `${d.from(letters, 6)}${year}${d.from('ABCDEHLMPRST', 1)}${day}${d.pick(['F205', 'H501', 'L219', 'F839', 'A944', 'D612', 'G273'])}`;
    return payload + fiscalLetter(payload);
  },
  NL: (d) =>
    until(() => {
      const payload = String(d.int(10_000_000, 39_999_999));
      const check = weighted(payload, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return check === 10 ? undefined : payload + check;
    }),
  PL: (d) => {
    const payload = birth(d).join('') + d.digits(4);
    return payload + ((10 - (weighted(payload, [1, 3, 7, 9]) % 10)) % 10);
  },
  SE: (d) => {
    const [year, month, day] = birth(d);
    const payload = year + month + day + d.digits(3);
    const number = `${payload.slice(0, 6)}-${payload.slice(6)}${luhnDigit(payload)}`;
    return d.int(0, 1) ? number : `19${number}`;
  },
  CH: (d) => {
    const payload = `756${d.digits(9)}`;
    return (payload + eanDigit(payload)).replace(/(...)(....)(....)(..)/, '$1.$2.$3.$4');
  },
  BR: (d) => {
    const payload = d.digits(9);
    return `${grouped(payload, 3, '.')}-${cpfDigits(payload)}`;
  },
  IN: (d) => {
    if (d.int(0, 2) === 0) return d.fill('@@@P@####@');
    const payload = d.int(2, 9) + d.digits(10);
    const number = payload + verhoeffDigit(payload);
    return d.int(0, 1) ? number : grouped(number, 4);
  },
  CA: (d) => {
    const payload = d.int(1, 7) + d.digits(7);
    return grouped(payload + luhnDigit(payload), 3, d.pick([' ', '-']));
  },
  AU: (d) =>
    until(() => {
      const payload = d.int(1, 9) + d.digits(7);
      const weights = [1, 4, 3, 7, 5, 8, 6, 9];
      const check = [...'0123456789'].find((digit) => (weighted(payload, weights) + Number(digit) * 10) % 11 === 0);
      return check === undefined ? undefined : grouped(payload + check, 3);
    }),
};

export const HEALTH: Record<string, Maker> = {
  US: (d) => (d.int(0, 1) ? d.fill('#@M#-@T#-@@##').replace(/^0/, '4') : d.fill('XQH@########')),
  GB: (d) =>
    until(() => {
      const payload = d.int(4, 7) + d.digits(8);
      const check = 11 - (weighted(payload, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
      if (check === 10) return undefined;
      return (payload + (check === 11 ? 0 : check)).replace(/(...)(...)(....)/, '$1 $2 $3');
    }),
  DE: (d) => {
    const letter = d.from('ABCDEFGHKLMPRSTVW', 1);
    const digits = d.digits(8);
    const payload = two(letter.charCodeAt(0) - 64) + digits;
    const sum = [...payload].reduce((total, digit, at) => {
      const product = Number(digit) * (at % 2 === 0 ? 1 : 2);
      return total + (product > 9 ? product - 9 : product);
    }, 0);
    return letter + digits + (sum % 10);
  },
  AU: (d) => {
    const payload = d.int(2, 6) + d.digits(7);
    const number = payload + (weighted(payload, [1, 3, 7, 9, 1, 3, 7, 9]) % 10) + d.int(1, 5);
    return number.replace(/(....)(.....)(.)/, '$1 $2 $3');
  },
  CA: (d) => {
    const payload = d.int(1, 9) + d.digits(8);
    return (payload + luhnDigit(payload)).replace(/(....)(...)(...)/, '$1-$2-$3');
  },
  IN: (d) => d.fill('91-####-####-####'),
  CH: (d) => d.fill('807560#####0########'),
  FR: (d) => d.fill('MG########'),
  ES: (d) => d.pick(['AN', 'CM', 'BA']) + d.fill('##########'),
  IT: (d) => d.fill('80380000#0##########'),
  NL: (d) => d.fill('10########'),
  PL: (d) => d.fill('PZU-######/##'),
  SE: (d) => d.fill('SF-#######-##'),
  BR: (d) => d.fill('7##.####.####.####'),
};

const ACCOUNT_BODIES: Record<string, string> = {
  DE: '##################',
  GB: 'BARC##############',
  FR: '#######################',
  ES: '####################',
  IT: '@######################',
  NL: 'RABO##########',
  PL: '########################',
  SE: '####################',
  CH: '#################',
  BR: '#######################P1',
};

/** The account with the check digits that its own country puts inside it. */
function nationalCheck(country: string, body: string): string {
  const spanish = (digits: string): string => {
    const value = 11 - (weighted(digits, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11);
    return String(value === 11 ? 0 : value === 10 ? 1 : value);
  };
  const account = body.slice(10);
  switch (country) {
    case 'ES':
      return body.slice(0, 8) + spanish(`00${body.slice(0, 8)}`) + spanish(account) + account;
    case 'FR': {
      const key = 97n - ((BigInt(body.slice(0, 21)) * 100n) % 97n);
      return body.slice(0, 21) + String(key).padStart(2, '0');
    }
    case 'IT':
      return fiscalLetter(body.slice(1)) + body.slice(1);
    case 'PL':
      return body.slice(0, 7) + ((10 - (weighted(body.slice(0, 7), [3, 9, 7, 1]) % 10)) % 10) + body.slice(8);
    default:
      return body;
  }
}

/** An IBAN, grouped by four or not; countries without IBANs get a German, British or Dutch one. */
export function iban(draws: Draws, country: string): string {
  const home = ACCOUNT_BODIES[country] ? country : draws.pick(['DE', 'GB', 'NL']);
  const body = nationalCheck(home, draws.fill(ACCOUNT_BODIES[home] ?? ''));
  const number = home + ibanDigits(home, body) + body;
  return draws.int(0, 2) ? grouped(number, 4) : number;
}

export function card(draws: Draws): string {
  const style = draws.int(0, 3);
  const prefix = ['4', String(draws.int(51, 55)), draws.pick(['34', '37']), '6011'][style] ?? '4';
  const payload = prefix + draws.digits((style === 2 ? 14 : 15) - prefix.length);
  const number = payload + luhnDigit(payload);
  if (style === 2) return draws.int(0, 1) ? number : number.replace(/(....)(......)(.....)/, '$1 $2 $3');
  return [number, grouped(number, 4), grouped(number, 4, '-')][draws.int(0, 2)] ?? number;
}

export function imei(draws: Draws): string {
  const payload = `35${draws.digits(12)}`;
  return payload + luhnDigit(payload);
}

export function vin(draws: Draws): string {
  const start = draws.pick(['1HGCM826', 'WVWZZZ1K', 'VF1BZ140', 'YV1MS382', 'ZFA31200', '5YJ3E1EA', '3VWFE21C']);
  const rest = draws.fill('@@######').replace(/[IOQ]/g, 'K');
  return start + vinDigit(`${start}0${rest}`) + rest;
}

/** A prescriber's number of the US Drug Enforcement Administration. */
export function dea(draws: Draws): string {
  const digits = draws.digits(6);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = [...digits].map(Number);
  return draws.fill('B@') + digits + ((a + c + e + 2 * (b + d + f)) % 10);
}

/** A provider's number (NPI): Luhn over the prefix 80840. */
export function npi(draws: Draws): string {
  const payload = `1${draws.digits(8)}`;
  return payload + luhnDigit(`80840${payload}`);
}

export function isbn(draws: Draws): string {
  const payload = `978${draws.digits(9)}`;
  return (payload + eanDigit(payload)).replace(/(...)(.)(....)(....)(.)/, '$1-$2-$3-$4-$5');
}

/** Wrong by one in the last digit, so that no checksum holds. */
export function broken(number: string): string {
  return number.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A GitHub token: 30 random characters and their CRC-32 in base 62. */
export function githubToken(draws: Draws): string {
  const body = draws.from(BASE62, 30);
  let sum = crc32(body);
  let check = '';
  while (sum > 0) {
    check = BASE62.charAt(sum % 62) + check;
    sum = Math.floor(sum / 62);
  }
  return `ghp_${body}${check.padStart(6, '0')}`;
}

/** A signed web token with an invented subject. */
export function jwt(draws: Draws): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: draws.digits(8), iat: 1_700_000_000 + draws.int(0, 9_999_999) };
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${draws.from(`${BASE62}-_`, 43)}`;
}
