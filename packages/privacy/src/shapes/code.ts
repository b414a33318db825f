/** Codes recognised by their form: court file numbers, postcodes, handles, identifiers of letters and digits. */
import { patternRecogniser } from '../recogniser.ts';

const COURTS = [
  // United States; Germany and Austria
  String.raw`\d:\d\d-(?:cv|cr|mc|md|mj|bk|ap|po)-\d{3,6}(?:-[A-Z]{2,4}){0,3}|\d\d-(?:CV|CR|MC|MJ|BK)-\d{3,6}`,
  String.raw`(?:[IVX]{1,4}|\d{1,4}) (?:[A-Z]|[A-Z][a-z]{1,2}|[IVX]{2,5}|StR|AZR|OWi|Js) \d{1,6}\/(?:19|20)?\d\d`,
  // Poland; the Netherlands; France; Portugal; Brazil
  String.raw`[IVX]{1,5} [A-Z]{1,3}[a-z]{0,2} \d{1,5}\/\d\d|C\/\d\d\/\d{5,7}|RG ?(?:n[°º] ?)?\d\d\/\d{3,6}`,
  String.raw`\d{1,5}\/\d\d\.\d[A-Z]{1,2}[A-Z\d]{2,6}|\d{7}-\d\d\.\d{4}\.\d\.\d\d\.\d{4}`,
];

export const court = patternRecogniser({
  name: 'court-file',
  kind: 'code',
  digits: 4,
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}./-])(?:${COURTS.join('|')})(?![\p{L}\p{N}]|[./-]\d)`, 'gu'),
  score: 0.75,
});

const POSTCODES = [
  String.raw`GIR 0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPS-UW]|[A-HK-Y]\d[ABEHMNPRV-Y]) \d[ABD-HJLNP-UW-Z]{2}`,
  String.raw`[A-CEGHJ-NPR-TVXY]\d[A-CEGHJ-NPR-TV-Z] \d[A-CEGHJ-NPR-TV-Z]\d|\d{5}-\d{3,4}`,
];
/** Codes in forms that nothing else has. */
export const postcode = patternRecogniser({
  name: 'postcode',
  kind: 'postcode',
  digits: 2,
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}.,/-])(?:${POSTCODES.join('|')})(?![\p{L}\p{N}/-]|[.,]\d)`, 'gu'),
  score: 0.6,
});

const PLACED = [
  String.raw`(?<=\b[A-Z]{2}\.?,?\s)\d{5}`,
  String.raw`[1-9]\d{3} [A-Z]{2}|(?:[A-Z]{1,2}-)?(?:\d{2}-\d{3}|\d{3} \d{2}|\d{4}-\d{3}|\d{4,5})(?= \p{Lu}\p{Ll})`,
];
/** Codes in other forms, next to a possible place. */
export const placed = patternRecogniser({
  name: 'postcode-placed',
  kind: 'postcode',
  digits: 2,
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}.,/-])(?:${PLACED.join('|')})(?![\p{L}\p{N}/-]|[.,]\d)`, 'gu'),
  score: 0.3,
});

const HANDLES = [
  String.raw`(?<![\p{L}\p{N}@._/-])@[A-Za-z_][\w.]{1,30}(?<!\.)(?![\w@(/])`,
  String.raw`(?<![\p{L}\p{N}/_.-])\/?u\/[A-Za-z][\w-]{2,20}`,
  String.raw`(?<![\w#&/.-])[A-Za-z][\w.]{1,31}#\d{4}(?![\w-])`,
];
/** "@tess.paints", "u/quietfox", "mo#4471". */
export const handle = patternRecogniser({
  name: 'handle',
  kind: 'code',
  needs: /@|#\d|u\//,
  pattern: new RegExp(HANDLES.join('|'), 'gu'),
  score: 0.3,
});
