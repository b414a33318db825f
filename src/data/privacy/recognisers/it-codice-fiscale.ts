/** Italy: codice fiscale, with the check letter of the decree of 12 March 1974. */
import { bare } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

// What a letter or digit in an odd place counts, by its place in the alphabet or its value.
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

export const recogniser = patternRecogniser({
  name: 'it-codice-fiscale',
  kind: 'national_id',
  needs: { digits: 4 },
  pattern:
    /(?<![A-Z0-9])[A-Z]{3}\s?[A-Z]{3}\s?[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}\s?[A-Z][0-9LMNP-V]{3}\s?[A-Z](?![A-Z0-9])/gi,
  score: 0.95,
  check(value) {
    const text = bare(value);
    const values = Array.from(text.slice(0, 15), (sign) => (/\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65));
    const sum = values.reduce((total, one, index) => total + (index % 2 === 0 ? ODD[one] : one), 0);
    return String.fromCharCode(65 + (sum % 26)) === text[15];
  },
});
