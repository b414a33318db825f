/** Number plates in national forms. They need context words: without them they are hints for the tagger. */
import { patternRecogniser } from '../recogniser.ts';

const FORMS = [
  // United Kingdom, Ireland, France, Italy
  String.raw`[A-Z]{2}\d\d ?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|\d{2,3}-[A-Z]{1,2}-\d{1,6}|[A-Z]{2}[- ]?\d{3}[- ]?[A-Z]{2}`,
  // Germany, Austria, Switzerland
  String.raw`[A-ZÄÖÜ]{1,3}[- ·][A-Z]{1,2}[ -]?\d{1,4}[EH]?|[A-Z]{1,2}[- ]\d{1,5} ?[A-Z]{1,3}|[A-Z]{2}[ ·-]{1,3}\d{2,6}`,
  // Spain, Sweden, Poland
  String.raw`\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}|[A-Z]{3}[ -]?\d{2}[\dA-Z]|[A-Z]{2,3} ?\d{4,5}[A-Z]?|[A-Z]{2,3} ?\d{1,3}[A-Z]{1,2}\d{0,2}`,
  // The Netherlands, Portugal
  String.raw`[A-Z]{2}-\d{3}-[A-Z]|[A-Z]-\d{3}-[A-Z]{2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{2}-\d\d-(?:\d\d|[A-Z]{2})|\d\d-\d\d-[A-Z]{2}`,
  // Brazil, India, the United States and Australia, South Africa
  String.raw`[A-Z]{3}-?\d[A-Z]\d\d|[A-Z]{3}[- ]\d{3,4}|[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{3,4}|\d[A-Z]{3}\d{3}|C[A-Z] \d{2,3}[- ]\d{3}`,
  // Greece, Ukraine, Russia; Czechia, Norway and Denmark; Turkey; Mexico; Belgium
  String.raw`[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]{3}[- ]?\d{4}|[АВЕІКМНОРСТУХ]{1,2} ?\d{3,4} ?[АВЕІКМНОРСТУХ]{2}(?: ?\d{2,3})?`,
  String.raw`\d[A-Z][A-Z\d] ?\d{4}|[A-Z]{2} ?\d\d ?\d{3}|\d\d ?[A-Z]{1,3} ?\d{2,5}|[A-Z]{3}-\d{2,3}-[A-Z\d]{1,2}|[1-9]-[A-Z]{3}-\d{3}`,
];

export const recogniser = patternRecogniser({
  name: 'plate',
  kind: 'plate',
  digits: 2,
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}/.-])(?:${FORMS.join('|')})(?![\p{L}\p{N}/-]|\.\d)`, 'gu'),
  score: 0.3,
});
