/** United Kingdom: National Insurance number. Prefixes as HMRC's manual NIM39110 gives them. */
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'uk-nino',
  kind: 'national_id',
  needs: { digits: 6 },
  pattern:
    /(?<![A-Z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D](?![A-Z0-9])/gi,
  score: 0.8,
  context: /national insurance|\bnino?\b/i,
});
