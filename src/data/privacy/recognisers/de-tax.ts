/** Germany: tax identification number (Steuer-ID): one digit two or three times among the first ten, ISO 7064 MOD 11,10. */
import { bare, mod11and10 } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'de-tax',
  kind: 'national_id',
  needs: { digits: 11 },
  pattern: /(?<![\w.-])[1-9]\d(?: ?\d{3}){3}(?![\w-])/g,
  score: 0.6,
  context: /steuer|\bidnr\b|\bsteuer-?id|identifikationsnummer|tax id/i,
  check(value) {
    const digits = bare(value);
    const counts = [...'0123456789'].map((digit) => digits.slice(0, 10).split(digit).length - 1);
    const repeated = counts.filter((count) => count > 1);
    return repeated.length === 1 && repeated[0] <= 3 && mod11and10(digits);
  },
});
