/** Keys, tokens and passwords: shapes that services give theirs, private keys, JSON Web Tokens, and what follows a word for one. */
import { patternRecogniser } from '../recogniser.ts';

const SHAPES = [
  String.raw`-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]{1,20000}?-----END (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----`,
  String.raw`\beyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{8,2000}`,
  String.raw`\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b`,
  String.raw`\bgh[pousr]_[A-Za-z0-9]{36,255}\b`,
  String.raw`\bgithub_pat_\w{50,255}\b`,
  String.raw`\bglpat-[\w-]{20,64}`,
  String.raw`\bxox[abeoprs]-[A-Za-z0-9-]{10,255}`,
  String.raw`\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}\b`,
  String.raw`\bsk-(?:proj-|ant-|or-|svcacct-)?[\w-]{20,255}`,
  String.raw`\bAIza[\w-]{35}`,
  String.raw`\bya29\.[\w-]{20,512}`,
  String.raw`\bnpm_[A-Za-z0-9]{36}\b`,
  String.raw`\bpypi-[\w-]{50,512}`,
  String.raw`\bhf_[A-Za-z0-9]{30,64}\b`,
  String.raw`\bSG\.[\w-]{16,64}\.[\w-]{16,64}`,
  String.raw`\b(?:AC|SK)[0-9a-f]{32}\b`,
  String.raw`\bdop_v1_[0-9a-f]{64}\b`,
  String.raw`\bhooks\.slack\.com\/services\/[\w/]{20,100}`,
];

export const recogniser = patternRecogniser({
  name: 'secret',
  kind: 'secret',
  pattern: new RegExp(SHAPES.join('|'), 'g'),
  score: 0.99,
});
