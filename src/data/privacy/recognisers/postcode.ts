/** Postcodes whose shape says what they are, or that stand before or behind a place. */
import { patternRecogniser } from '../recogniser.ts';

const STATES =
  'AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR';
const FORMS = [
  String.raw`(?:(?<=\b(?:${STATES})\.?,?\s)\d{5}(?:-\d{4})?)`,
  String.raw`(?:GIR 0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPS-UW]|[A-HK-Y]\d[ABEHMNPRV-Y]) \d[ABD-HJLNP-UW-Z]{2})`,
  String.raw`(?:[A-CEGHJ-NPR-TVXY]\d[A-CEGHJ-NPR-TV-Z] \d[A-CEGHJ-NPR-TV-Z]\d)`,
  String.raw`(?:[1-9]\d{3} (?!SA|SD|SS|US|UK|UN|EU|AD|BC|CE|AM|PM|KG|KM|MM|CM|MB|GB|TB|KB|HZ)[A-Z]{2})`,
  String.raw`(?:\d{2}-\d{3}(?= \p{Lu}\p{Ll}))`,
  String.raw`(?:\d{3} \d{2}(?= \p{Lu}\p{Ll}{2}))`,
  String.raw`(?:\d{5}-\d{3,4})`,
  String.raw`(?:(?<=\p{Lu}\p{Ll}{2,20},? (?:[-–] ?)?)[1-8]\d{2} ?\d{3})`,
  String.raw`(?:(?:[A-Z]{1,2}-)?\d{5}(?= \p{Lu}\p{Ll}))`,
  String.raw`(?:(?<=,\s(?:CH-|A-|B-|DK-)?)\d{4}(?= \p{Lu}\p{Ll}{2,}))`,
];

export const recogniser = patternRecogniser({
  name: 'postcode',
  kind: 'postcode',
  needs: { digits: 2 },
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}.,/-])(?:${FORMS.join('|')})(?![\p{L}\p{N}/-]|[.,]\d)`, 'gu'),
  score: 0.6,
});
