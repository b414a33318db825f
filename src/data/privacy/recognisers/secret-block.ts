/** Private keys in their armour, and hashes of passwords. */
import { patternRecogniser } from '../recogniser.ts';

const SHAPES = [
  String.raw`-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]{1,20000}?-----END (?:[A-Z]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----`,
  String.raw`\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$(?:1|5|6|y)\$[./A-Za-z0-9]{2,24}\$[./A-Za-z0-9]{22,86}|\$argon2(?:id|i|d)\$[\w+/=,$]{30,200}`,
  String.raw`\{SSHA\}[\w+/]{20,60}={0,2}`,
];

export const recogniser = patternRecogniser({
  name: 'secret-block',
  kind: 'secret',
  pattern: new RegExp(SHAPES.join('|'), 'g'),
  score: 0.99,
});
