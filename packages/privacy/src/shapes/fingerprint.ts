/** Key fingerprints and researcher identifiers: both identify a person. */
import { patternRecogniser } from '../recogniser.ts';

const FORMS = [
  String.raw`SHA256:[A-Za-z0-9+/]{20,44}={0,2}`,
  String.raw`(?:MD5:)?(?:[0-9a-fA-F]{2}:){15,31}[0-9a-fA-F]{2}`,
  String.raw`(?:[0-9A-F]{4}[ \u00a0]{1,2}){9}[0-9A-F]{4}|(?:[0-9a-f]{4}[ \u00a0]{1,2}){9}[0-9a-f]{4}`,
];

export const fingerprint = patternRecogniser({
  name: 'key-fingerprint',
  kind: 'code',
  digits: 3,
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}:])(?:${FORMS.join('|')})(?![\p{L}\p{N}:/+])`, 'gu'),
  score: 0.8,
});

/** ISO 7064, MOD 11-2. */
function isOrcid(value: string): boolean {
  const signs = value.replaceAll('-', '');
  let total = 0;
  for (const digit of signs.slice(0, -1)) total = (total + Number(digit)) * 2;
  return '0123456789X'[(12 - (total % 11)) % 11] === signs.at(-1);
}

export const orcid = patternRecogniser({
  name: 'orcid',
  kind: 'code',
  digits: 15,
  pattern: /(?<![\w-])0000-000\d-\d{4}-\d{3}[\dX](?![\w-])/g,
  score: 0.95,
  check: isOrcid,
});
