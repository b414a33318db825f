/** Spain: DNI and NIE, eight digits and a letter modulo 23. */
import { bare } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'es-dni',
  kind: 'national_id',
  needs: { digits: 7 },
  pattern: /(?<![\w-])(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZ][- ]?\d{7})[- ]?[A-HJ-NP-TV-Z](?![\w-])/gi,
  score: 0.85,
  check(value) {
    const text = bare(value);
    const digits = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
    return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === text.at(-1);
  },
});
