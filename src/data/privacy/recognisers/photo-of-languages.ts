/** Pictures of somebody in some thirty languages more: "poza de buletin a mamei", "手持身份证自拍". */
import { PORTRAITS, PORTRAITS_BEYOND } from '../portrait-words.ts';
import type { Recogniser } from '../recogniser.ts';
import { phraseFinder } from '../script-forms.ts';
import { Expression } from '../words/expression.ts';

/** One may begin with a letter that no walk knows, "ảnh thẻ". */
const LATIN = new Expression(new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${PORTRAITS.join('|')})(?![\p{L}\p{N}])`, 'iu'));

export const recogniser: Recogniser = {
  name: 'photo-of-languages',
  kind: 'photo',
  find: phraseFinder(LATIN, { beyond: PORTRAITS_BEYOND, score: 0.7 }),
};
