/** Records of somebody's body in some forty languages more: "šablona otisku pravého palce", "右手の指紋データ". */
import { LATIN_RECORDS, SCRIPT_RECORDS } from '../body-records.ts';
import type { Recogniser } from '../recogniser.ts';
import { phraseFinder } from '../script-forms.ts';
import { Expression } from '../words/expression.ts';

const LATIN = new Expression(
  new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${LATIN_RECORDS.join('|')})(?![\p{L}\p{N}])`, 'iu'),
  { isOfWords: true },
);

export const recogniser: Recogniser = {
  name: 'biometric-of-languages',
  kind: 'biometric',
  find: phraseFinder(LATIN, { beyond: SCRIPT_RECORDS, score: 0.72 }),
};
