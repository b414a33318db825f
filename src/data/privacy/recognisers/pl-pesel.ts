/** Poland: PESEL, a date of birth with its century in the month, and a check digit. */
import { isDay, weighted } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'pl-pesel',
  kind: 'national_id',
  needs: { digits: 11 },
  pattern: /(?<![\w.-])\d{11}(?![\w-])/g,
  score: 0.65,
  context: /\bpesel/i,
  check(value) {
    const isSound = isDay(Number(value.slice(2, 4)) % 20, Number(value.slice(4, 6)));
    return isSound && weighted(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
  },
});
