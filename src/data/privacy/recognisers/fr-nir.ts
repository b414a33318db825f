/** France: social security number (NIR), 13 digits and a key modulo 97; Corsica's 2A and 2B count as 19 and 18. */
import { bare } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'fr-nir',
  kind: 'national_id',
  needs: { digits: 14 },
  pattern:
    /(?<![\w.-])[1-478]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}\s?\d{2}(?![\w-])/gi,
  score: 0.9,
  check(value) {
    const digits = bare(value).replace('2A', '19').replace('2B', '18');
    return 97n - (BigInt(digits.slice(0, 13)) % 97n) === BigInt(digits.slice(13));
  },
});
