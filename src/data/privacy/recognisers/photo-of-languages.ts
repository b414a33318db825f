/** Pictures of somebody in some thirty languages more: "poza de buletin a mamei", "手持身份证自拍". */
import { PORTRAITS, PORTRAITS_BEYOND } from '../portrait-words.ts';
import type { Recogniser } from '../recogniser.ts';
import { scriptFinder } from '../script-forms.ts';
import { Expression } from '../words/expression.ts';

const SCORE = 0.7;
/** One may begin with a letter that no walk knows, "ảnh thẻ". */
const LATIN = new Expression(new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${PORTRAITS.join('|')})(?![\p{L}\p{N}])`, 'iu'));
const inScripts = scriptFinder(PORTRAITS_BEYOND, SCORE);

export const recogniser: Recogniser = {
  name: 'photo-of-languages',
  kind: 'photo',
  *find(text) {
    for (const { 0: whole, index } of LATIN.matches(text))
      yield { start: index, end: index + whole.length, score: SCORE };
    yield* inScripts(text);
  },
};
