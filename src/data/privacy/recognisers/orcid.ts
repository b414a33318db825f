/** Identifiers of researchers: sixteen digits with a check digit (ISO 7064, MOD 11-2). */
import { patternRecogniser } from '../recogniser.ts';

function isValid(value: string): boolean {
  const signs = value.replaceAll('-', '');
  let total = 0;
  for (const digit of signs.slice(0, -1)) total = (total + Number(digit)) * 2;
  return '0123456789X'[(12 - (total % 11)) % 11] === signs.at(-1);
}

export const recogniser = patternRecogniser({
  name: 'orcid',
  kind: 'code',
  needs: { digits: 15 },
  pattern: /(?<![\w-])0000-000\d-\d{4}-\d{3}[\dX](?![\w-])/g,
  score: 0.95,
  check: isValid,
});
