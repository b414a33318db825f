/** Days that English writes in words: "the third of March". */
import { MONTH } from '../dates.ts';
import { patternRecogniser } from '../recogniser.ts';

const ORDINALS =
  '(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth';

export const recogniser = patternRecogniser({
  name: 'date-in-words',
  kind: 'date',
  pattern: new RegExp(String.raw`(?<!\p{L})(?:${ORDINALS}) (?:day )?of ${MONTH}(?!\p{L})`, 'giu'),
  isOfWords: true,
  score: 0.75,
});
