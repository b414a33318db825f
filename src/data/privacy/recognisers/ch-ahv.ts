/** Switzerland: AHV or AVS number, 756 and an EAN-13 check digit. */
import { bare, ean13 } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'ch-ahv',
  kind: 'national_id',
  needs: { digits: 13 },
  pattern: /(?<![\w.-])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?![\w-])/g,
  score: 0.9,
  check: (value) => ean13(bare(value)),
});
