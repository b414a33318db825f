/** Fingerprints of keys, which stand for who holds them: of SSH, of OpenPGP, and any behind the word. */
import { patternRecogniser } from '../recogniser.ts';

const FORMS = [
  String.raw`SHA256:[A-Za-z0-9+/]{20,44}={0,2}`,
  String.raw`(?:MD5:)?(?:[0-9a-fA-F]{2}:){15,31}[0-9a-fA-F]{2}`,
  String.raw`(?:[0-9A-F]{4}[ \u00a0]{1,2}){9}[0-9A-F]{4}|(?:[0-9a-f]{4}[ \u00a0]{1,2}){9}[0-9a-f]{4}`,
  String.raw`(?<=(?:[Ff]inger ?print|(?:PGP|GPG|OpenPGP)(?: [Kk]ey)?|[Kk]ey[ -]?[Ii][Dd]|FINGERPRINT|[Ff]ingerabdruck|[Ee]mpreinte|[Hh]uella|[Ii]mpronta|[Vv]ingerafdruk|[Oo]dcisk(?:u)?|[Ff]ingeravtryck)[\p{L} ]{0,20}[:=]? {0,2})(?:0x)?(?:(?:[0-9A-F]{4} ){3,8}[0-9A-F]{4}|[0-9A-F]{16}|[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})`,
];

export const recogniser = patternRecogniser({
  name: 'key-fingerprint',
  kind: 'code',
  needs: { digits: 3 },
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}:])(?:${FORMS.join('|')})(?![\p{L}\p{N}:/+])`, 'gu'),
  score: 0.8,
});
