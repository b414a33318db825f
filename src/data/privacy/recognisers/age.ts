/** Ages over 89, which Safe Harbor counts as identifying. */
import { patternRecogniser } from '../recogniser.ts';

const AGE = String.raw`(?<value>9\d|1[01]\d|12[0-5])`;

export const recogniser = patternRecogniser({
  name: 'age',
  kind: 'age',
  needs: { digits: 2 },
  pattern: new RegExp(
    String.raw`(?<![\p{L}\d.,])(?:aged?|age of|age is|years? old at|alter|im alter von|âgée? de|edad(?: de)?|età(?: di)?|leeftijd|wiek|w wieku|ålder|idade(?: de)?)\s{0,2}[:=]?\s{0,2}${AGE}(?![\d.,%]\d|\d|%)` +
      '|' +
      String.raw`(?<![\p{L}\d.,])${AGE.replace('value', 'years')}(?=[\s-]{0,2}(?:years?[\s-]old|year[\s-]olds?|yrs?\.? ?old|yo\b|y/o|jahre alt|-?jährige?[rn]?|ans\b|años|anni\b|jaar oud|-jarige|lat\b|letni[ae]?|år gammal|-årig|anos\b))`,
    'giu',
  ),
  score: 0.85,
});
