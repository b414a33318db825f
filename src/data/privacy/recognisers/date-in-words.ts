/** Days in words: "the third of March", "am zwölften Mai", "dal primo aprile", "le premier juin". */
import { MONTH } from '../dates.ts';
import { patternRecogniser } from '../recogniser.ts';

const ORDINALS =
  '(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth';

/** The first of a month in languages that count the others, and all days of German. */
const OTHERS = [
  'primo|primero de|primeiro de|premier|ensimmäinen|pierwszego|prvního|eerste|första|første',
  '(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(?:zwanzig|dreißig)ste[nr]?|(?:zwanzig|dreißig)ste[nr]?|(?:drei|vier|fünf|sech|sieb|acht|neun)zehnte[nr]?|(?:ers|zwei|drit|vier|fünf|sechs|sieb|siebt|ach|neun|zehn|elf|zwölf)te[nr]?',
].join('|');

export const recogniser = patternRecogniser({
  name: 'date-in-words',
  kind: 'date',
  pattern: new RegExp(String.raw`(?<!\p{L})(?:(?:${ORDINALS}) (?:day )?of|${OTHERS}) ${MONTH}(?!\p{L})`, 'giu'),
  isOfWords: true,
  score: 0.75,
});
