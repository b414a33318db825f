/** India: Aadhaar, twelve digits with Verhoeff's check. */
import { bare, verhoeff } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'in-aadhaar',
  kind: 'national_id',
  needs: { digits: 12 },
  pattern: /(?<![\w.-]|\d )[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?![\w-]| \d)/g,
  score: 0.6,
  context: /aadhaa?r|\buidai?\b/i,
  check: (value) => verhoeff(bare(value)),
});
