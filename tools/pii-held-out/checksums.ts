/** Check digits of the identifiers in the held-out set, as their registries define them. */

const numbers = (digits: string): number[] => [...digits].map(Number);

/** Sum of digit × weight; weights repeat. */
export function weighted(digits: string, weights: readonly number[]): number {
  return numbers(digits).reduce((sum, digit, at) => sum + digit * (weights[at % weights.length] ?? 0), 0);
}

/** Luhn's check digit for a payload (ISO/IEC 7812-1). */
export function luhnDigit(payload: string): string {
  const sum = numbers(payload)
    .toReversed()
    .reduce((total, digit, at) => total + (at % 2 === 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit), 0);
  return String((10 - (sum % 10)) % 10);
}

/** Check digits of an IBAN (ISO 13616: 98 minus the rearranged number modulo 97). */
export function ibanDigits(country: string, account: string): string {
  const value = [...`${account}${country}00`].map((symbol) => Number.parseInt(symbol, 36)).join('');
  return String(98n - (BigInt(value) % 97n)).padStart(2, '0');
}

/** ISO 7064 mod 11,10 (German tax number). */
export function mod1110(payload: string): string {
  const product = numbers(payload).reduce((before, digit) => {
    const sum = (digit + before) % 10 || 10;
    return (sum * 2) % 11;
  }, 10);
  return String((11 - product) % 10);
}

/** Check digit of an EAN-13 (Swiss social insurance number, ISBN-13). */
export function eanDigit(payload: string): string {
  return String((10 - (weighted(payload, [1, 3]) % 10)) % 10);
}

const MULTIPLY = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const PERMUTE = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
const INVERSE = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];

/** Verhoeff's check digit (Aadhaar). */
export function verhoeffDigit(payload: string): string {
  const sum = numbers(payload)
    .toReversed()
    .reduce((state, digit, at) => {
      let permuted = digit;
      for (let times = 0; times < (at + 1) % 8; times++) permuted = PERMUTE[permuted] ?? 0;
      return MULTIPLY[state]?.[permuted] ?? 0;
    }, 0);
  return String(INVERSE[sum]);
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** The last letter of an Italian codice fiscale (D.M. 23/12/1976). */
export function fiscalLetter(payload: string): string {
  const sum = [...payload].reduce((total, symbol, at) => {
    const value = /\d/.test(symbol) ? Number(symbol) : symbol.charCodeAt(0) - 65;
    return total + (at % 2 === 0 ? (ODD[value] ?? 0) : value);
  }, 0);
  return String.fromCharCode(65 + (sum % 26));
}

/** The two check digits of a Brazilian CPF. */
export function cpfDigits(payload: string): string {
  const digit = (digits: string): string => {
    const sum = numbers(digits).reduce((total, value, at) => total + value * (digits.length + 1 - at), 0);
    return String(sum % 11 < 2 ? 0 : 11 - (sum % 11));
  };
  const first = digit(payload);
  return first + digit(payload + first);
}

const VIN_VALUES = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ';

/** The ninth character of a vehicle identification number (49 CFR 565). */
export function vinDigit(vin: string): string {
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const sum = [...vin].reduce((total, symbol, at) => total + (VIN_VALUES.indexOf(symbol) % 10) * (weights[at] ?? 0), 0);
  return sum % 11 === 10 ? 'X' : String(sum % 11);
}
