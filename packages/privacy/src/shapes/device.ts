/** Hardware addresses of network cards, and IMEIs of mobile phones. */
import { bare, luhn } from '../checksums.ts';
import { patternRecogniser } from '../recogniser.ts';

export const mac = patternRecogniser({
  name: 'mac',
  kind: 'device',
  pattern:
    /(?<![\w:.-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])|(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])/gi,
  score: 0.95,
});

/** Fifteen digits that pass the Luhn check; one random number in ten does. */
export const imei = patternRecogniser({
  name: 'imei',
  kind: 'device',
  digits: 15,
  pattern: /(?<![\w.-]|\d )(?:\d{15}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d)(?![\w-]| \d)/g,
  score: 0.4,
  context: /\bimei/i,
  check: (value) => luhn(bare(value)),
});
