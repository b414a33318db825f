/** IMEI of mobile phones: 15 digits that pass Luhn's test. */
import { bare, luhn } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'imei',
  kind: 'device',
  needs: { digits: 15 },
  pattern: /(?<![\w.-]|\d )(?:\d{15}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d)(?![\w-]| \d)/g,
  score: 0.6,
  context: /\bimei/i,
  check: (value) => luhn(bare(value)),
});
