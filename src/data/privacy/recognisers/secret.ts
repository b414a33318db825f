/** Keys, tokens and passwords: shapes that services give theirs, and JSON Web Tokens. */
import { patternRecogniser } from '../recogniser.ts';

const SHAPES = [
  String.raw`\beyJ[\w-]{8,4000}\.[\w-]{3,8000}\.[\w-]{6,2000}`,
  String.raw`\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b`,
  String.raw`\bgh[pousr]_[A-Za-z0-9]{36,255}\b`,
  String.raw`\bgithub_pat_\w{50,255}\b`,
  String.raw`\bglpat-[\w-]{20,64}`,
  String.raw`\bxox[abeoprs]-[A-Za-z0-9-]{10,255}`,
  String.raw`\b(?:sk|pk|rk|api|key|tok)_(?:live|test|prod|dev|stg|sandbox)_[A-Za-z0-9]{12,255}\b`,
  String.raw`\bsk-(?:proj-|ant-|or-|svcacct-)?[\w-]{20,255}`,
  String.raw`\bAIza[\w-]{35}`,
  String.raw`\bya29\.[\w-]{20,512}`,
  String.raw`\bnpm_[A-Za-z0-9]{36}\b`,
  String.raw`\bpypi-[\w-]{50,512}`,
  String.raw`\bhf_[A-Za-z0-9]{30,64}\b`,
  String.raw`\bSG\.[\w-]{8,64}\.[\w-]{8,64}`,
  String.raw`\b(?:AC|SK)[0-9a-f]{32}\b`,
  String.raw`\bdop_v1_[0-9a-f]{64}\b`,
  String.raw`\bhooks\.slack\.com\/services\/[\w/]{20,100}`,
  String.raw`\bwhsec_[A-Za-z0-9+/=]{14,80}`,
  String.raw`\bGOCSPX-[\w-]{20,40}`,
  String.raw`\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b`,
  String.raw`\bsq0(?:atp|csp|idp)-[\w-]{22,48}`,
  String.raw`\bEAA[A-Za-z0-9]{60,300}\b`,
  String.raw`\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b`,
  String.raw`\b\d{8,10}:AA[\w-]{33}\b`,
  String.raw`\bkey-[0-9a-f]{32}\b`,
  String.raw`\b[0-9a-f]{32}-us\d{1,2}\b`,
  String.raw`\b(?:r8|gsk|lin_api|dckr_pat|sgp|xapp|figd|pat|nfp|tskey|pscale_tkn|phc|phx|rpa|ATATT3)[_-][\w-]{24,120}`,
  String.raw`\bdoo_v1_[0-9a-f]{64}\b`,
  String.raw`\bvault:v\d:[\w+/=]{20,200}|\bhvs\.[\w-]{24,200}`,
  String.raw`\bAccountKey=[\w+/]{60,100}={0,2}`,
  String.raw`\bdiscord(?:app)?\.com\/api\/webhooks\/\d{10,24}\/[\w-]{40,100}`,
];

export const recogniser = patternRecogniser({
  name: 'secret',
  kind: 'secret',
  pattern: new RegExp(SHAPES.join('|'), 'g'),
  isOfWords: true,
  score: 0.99,
});
