/** Records of somebody's body in some forty languages more: "šablona otisku pravého palce", "右手の指紋データ". */
import { LATIN_RECORDS, SCRIPT_RECORDS } from '../body-records.ts';
import type { Recogniser } from '../recogniser.ts';
import { scriptFinder } from '../script-forms.ts';
import { Expression } from '../words/expression.ts';

const SCORE = 0.72;
const LATIN = new Expression(
  new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${LATIN_RECORDS.join('|')})(?![\p{L}\p{N}])`, 'iu'),
  { isOfWords: true },
);
const inScripts = scriptFinder(SCRIPT_RECORDS, SCORE);

export const recogniser: Recogniser = {
  name: 'biometric-of-languages',
  kind: 'biometric',
  *find(text) {
    for (const { 0: whole, index } of LATIN.matches(text))
      yield { start: index, end: index + whole.length, score: SCORE };
    yield* inScripts(text);
  },
};
