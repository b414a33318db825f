/** United Kingdom: NHS number, ten digits with a check modulo 11. */
import { bare, weighted } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'uk-nhs',
  kind: 'national_id',
  needs: { digits: 10 },
  pattern: /(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])/g,
  score: 0.45,
  context: /\bnhs\b|health service/i,
  check(value) {
    const digits = bare(value);
    const check = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
    return check !== 10 && (check === 11 ? 0 : check) === Number(digits[9]);
  },
});
