/** Keys, tokens and passwords: the forms that services use, armoured private keys, hashes, and settings. */
import { patternRecogniser, type Recogniser } from '../recogniser.ts';

const SHAPES = [
  String.raw`eyJ[\w-]{8,4000}\.[\w-]{3,8000}\.[\w-]{6,2000}`,
  String.raw`(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b`,
  String.raw`gh[pousr]_[A-Za-z0-9]{36,255}\b|github_pat_\w{50,255}\b|glpat-[\w-]{20,64}`,
  String.raw`xox[abeoprs]-[A-Za-z0-9-]{10,255}|hooks\.slack\.com\/services\/[\w/]{20,100}`,
  String.raw`(?:sk|pk|rk|api|key|tok)_(?:live|test|prod|dev|stg|sandbox)_[A-Za-z0-9]{12,255}\b`,
  String.raw`sk-(?:proj-|ant-|or-|svcacct-)?[\w-]{20,255}|hf_[A-Za-z0-9]{30,64}\b`,
  String.raw`AIza[\w-]{35}|ya29\.[\w-]{20,512}|GOCSPX-[\w-]{20,40}`,
  String.raw`npm_[A-Za-z0-9]{36}\b|pypi-[\w-]{50,512}`,
  String.raw`SG\.[\w-]{8,64}\.[\w-]{8,64}|(?:AC|SK)[0-9a-f]{32}\b|do[op]_v1_[0-9a-f]{64}\b`,
  String.raw`whsec_[A-Za-z0-9+/=]{14,80}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b|sq0(?:atp|csp|idp)-[\w-]{22,48}`,
  String.raw`EAA[A-Za-z0-9]{60,300}\b|AGE-SECRET-KEY-1[0-9A-Z]{58}\b|\d{8,10}:AA[\w-]{33}\b`,
  String.raw`key-[0-9a-f]{32}\b|[0-9a-f]{32}-us\d{1,2}\b|vault:v\d:[\w+/=]{20,200}|hvs\.[\w-]{24,200}`,
  String.raw`(?:r8|gsk|lin_api|dckr_pat|sgp|xapp|figd|pat|nfp|tskey|phc|phx|rpa|ATATT3)[_-][\w-]{24,120}`,
  String.raw`AccountKey=[\w+/]{60,100}={0,2}|discord(?:app)?\.com\/api\/webhooks\/\d{10,24}\/[\w-]{40,100}`,
];
const BLOCKS = [
  String.raw`-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]{1,20000}?-----END [A-Z ]{0,40}-----`,
  String.raw`\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$(?:1|5|6|y)\$[./A-Za-z0-9]{2,24}\$[./A-Za-z0-9]{22,86}`,
  String.raw`\$argon2(?:id|i|d)\$[\w+/=,$]{30,200}|\{SSHA\}[\w+/]{20,60}={0,2}`,
];

export const token = patternRecogniser({
  name: 'secret',
  kind: 'secret',
  needs: /[\w-]{16}|[$}]/,
  pattern: new RegExp(String.raw`(?<![A-Za-z0-9_])(?:${SHAPES.join('|')})|${BLOCKS.join('|')}`, 'g'),
  score: 0.99,
});

const NAME = String.raw`(?:pass(?:word|wd|phrase)?|pwd|secret|token|pin|api_?key|auth|key|requirepass|storepass)`;
/** DB_PASSWORD="three words", --password s3cret9, https://user:s3cret9@host. */
const SETTINGS = [
  new RegExp(
    String.raw`(?<![A-Za-z0-9])[a-z0-9_]{0,40}${NAME}(?:_[a-z0-9]{1,20}){0,3}["']?\s?[=:]\s?(?<quote>["'])(?<value>[^\n"']{4,120})\k<quote>`,
    'gi',
  ),
  new RegExp(
    String.raw`(?<![A-Za-z0-9])[a-z0-9_]{0,40}${NAME}(?:_[a-z0-9]{1,20}){0,3}=(?<value>[^\s"',;&<>(){}[\]$|]{6,128})`,
    'gi',
  ),
  /(?<=\s(?:-p|-k|--pass(?:word|phrase|wd)?)[ =])(?<value>(?=\S{0,60}\d)[^\s"'$<-][^\s"'$<]{5,80})/g,
  /(?<=:\/\/[\w.+-]{1,40}:)(?<value>[^\s:@/]{4,80})(?=@)/g,
];
/** Placeholders and variables. */
const NO_VALUE =
  /^(?:[$<{%[*]|x{4,}|\.{3}|your|change|example|placeholder|redacted)|^(?:true|false|null|none)$|^[A-Z_]+$/i;

export const setting: Recogniser = {
  name: 'secret-setting',
  kind: 'secret',
  needs: /\w["']?\s?[=:]\s?["']|\w=|\s-{1,2}[pk]|:\/\/[^\s/]{3,80}@/,
  *find(text) {
    for (const form of SETTINGS) {
      for (const { 0: whole, index, groups } of text.matchAll(form)) {
        const { value } = groups!;
        if (NO_VALUE.test(value)) continue;
        const start = index + whole.lastIndexOf(value);
        yield { start, end: start + value.length, score: 0.75 };
      }
    }
  },
};
