/** United States: social security number. No check digit; areas 000, 666 and 9xx, group 00 and serial 0000 are never given. */
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'us-ssn',
  kind: 'national_id',
  needs: { digits: 9 },
  pattern: /(?<![\w-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])/g,
  score: 0.7,
  context: /\b(?:ssn|social security|tax\s?payer)/i,
});
