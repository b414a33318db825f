/** Sweden: personal identity number; coordination numbers have 60 added to the day. Luhn over the last ten digits. */
import { bare, isDay, luhn } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'se-personnummer',
  kind: 'national_id',
  needs: { digits: 10 },
  pattern: /(?<![\w.-])(?:(?:19|20)?\d{6}[-+]\d{4}|(?:19|20)\d{10}|\d{10})(?![\w-])/g,
  score: 0.6,
  context: /person(?:nummer|nr|al identity)|samordningsnummer|född/i,
  check(value) {
    const digits = bare(value).slice(-10);
    return isDay(Number(digits.slice(2, 4)), Number(digits.slice(4, 6)) % 60) && luhn(digits);
  },
});
