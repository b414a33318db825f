/** Netherlands: burgerservicenummer, nine digits that pass the "elfproef". */
import { bare, weighted } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'nl-bsn',
  kind: 'national_id',
  needs: { digits: 9 },
  pattern: /(?<![\w.-])(?:\d{9}|\d{4}[. ]\d{2}[. ]\d{3}|\d{3}[. ]\d{3}[. ]\d{3})(?![\w-])/g,
  score: 0.3,
  context: /\bbsn\b|burgerservice|sofi-?nummer/i,
  check(value) {
    const digits = bare(value);
    return digits !== '000000000' && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
  },
});
