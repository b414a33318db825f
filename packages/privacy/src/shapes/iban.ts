/** IBANs: the form of each country, and the check modulo 97 (ISO 13616). */
import { validateIBAN, ValidationErrorsIBAN } from 'ibantools';
import { bare } from '../checksums.ts';
import type { Recogniser } from '../recogniser.ts';

const PATTERN = /(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}/gi;
const LEAST = 15;

/** Checks of national account numbers do not count: examples in documentation fail them. */
function isValid(value: string): boolean {
  return validateIBAN(bare(value)).errorCodes.every(
    (code) => code === ValidationErrorsIBAN.WrongAccountBankBranchChecksum,
  );
}

export const recogniser: Recogniser = {
  name: 'iban',
  kind: 'iban',
  digits: 10,
  isValid,
  *find(text) {
    for (const match of text.matchAll(PATTERN)) {
      // A word that looks like more digits may follow: the longest valid prefix counts.
      for (let end = match[0].length; end >= LEAST; end--) {
        if (/[ -]$/.test(match[0].slice(0, end)) || !isValid(match[0].slice(0, end))) continue;
        yield { start: match.index, end: match.index + end, score: 0.99 };
        break;
      }
    }
  },
};
