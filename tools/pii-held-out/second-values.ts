/** Values of the second, third and fourth held-out sets that a sentence asks for by `~`: numbers with valid check digits, and filled patterns. */
import { ibanDigits, weighted } from './checksums.ts';
import { HEALTH, NATIONAL, broken, card, dea, iban, imei, npi, vin } from './identifiers.ts';
import type { Draws } from './random.ts';
import { fourthNumber } from './fourth-identifiers.ts';
import { furtherNumber } from './third-identifiers.ts';

const IBAN_BODIES: Record<string, string> = {
  AT: '################',
  IE: 'AIBK##############',
  PT: '###################',
};

/** IBANs of countries that the first set lacks; a Portuguese account ends in two check digits of its own. */
function otherIban(draws: Draws, country: string): string {
  const start = draws.fill(IBAN_BODIES[country] ?? '');
  const own = country === 'PT' ? String(98n - ((BigInt(start) * 100n) % 97n)).padStart(2, '0') : '';
  const number = country + ibanDigits(country, start + own) + start + own;
  return draws.int(0, 1) ? (number.match(/.{1,4}/g) ?? []).join(' ') : number;
}

/** Draws until the check digit is one that its registry issues. */
function issued(make: () => string | undefined): string {
  for (;;) {
    const number = make();
    if (number !== undefined) return number;
  }
}

const OTHER_NATIONAL: Record<string, (draws: Draws) => string> = {
  // Austria's social insurance number: three digits, the check digit, the birthday.
  AT: (draws) =>
    issued(() => {
      const [serial, birthday] = [String(draws.int(100, 999)), draws.pick(['030451', '170688', '291199', '110372'])];
      const check = weighted(serial + birthday, [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11;
      return check === 10 ? undefined : `${serial}${check} ${birthday}`;
    }),
  // Ireland's PPS number: seven digits and a letter, modulo 23.
  IE: (draws) => {
    const digits = draws.digits(7);
    return digits + 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(weighted(digits, [8, 7, 6, 5, 4, 3, 2]) % 23);
  },
  // Portugal's NIF: nine digits, modulo 11.
  PT: (draws) => {
    const digits = draws.pick(['1', '2']) + draws.digits(7);
    const rest = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    return (digits + (rest < 2 ? 0 : 11 - rest)).replace(/(...)(...)(...)/, '$1 $2 $3');
  },
};

/**
 * What stands for `~request`: `card`, `imei`, `vin`, `npi`, `dea`, `iban XX`, `id XX`, `health XX` those of
 * `furtherNumber` and `fourthNumber`, `bad` before any of these for a wrong check digit; anything else is a pattern of
 * `Draws.fill`.
 */
export function requested(draws: Draws, request: string): string {
  const [what, country = ''] = request.split(' ');
  if (what === 'card') return card(draws);
  if (what === 'imei') return imei(draws);
  if (what === 'vin') return vin(draws);
  if (what === 'npi') return npi(draws);
  if (what === 'dea') return dea(draws);
  if (what === 'bad') return broken(requested(draws, request.slice('bad '.length)));
  const further = furtherNumber(draws, what ?? '', country) ?? fourthNumber(draws, what ?? '', country);
  if (further !== undefined) return further;
  if (what === 'iban') return IBAN_BODIES[country] ? otherIban(draws, country) : iban(draws, country);
  if (what === 'id' || what === 'health') {
    const make = what === 'id' ? (OTHER_NATIONAL[country] ?? NATIONAL[country]) : HEALTH[country];
    if (make === undefined) throw new Error(`no ${what} number of ${country}`);
    return make(draws);
  }
  return draws.fill(request);
}
