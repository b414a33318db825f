/** Names in Chinese, Japanese, Korean, Arabic, Hebrew, Indian and Thai letters, where a title, a label or a phrase stands beside them. */
import { FAMILY_OF_TWO, isScriptWord } from '../names/script-lists.ts';
import { OTHER_SCRIPTS } from '../names/other-scripts.ts';
import { matchesOf, type Recogniser } from '../recogniser.ts';
import { hasLettersWithoutCapitals } from '../script-forms.ts';

const SCORE = 0.74;

/** But for a family name of two signs, which is a word as others are. */
function isEveryday(name: string): boolean {
  return isScriptWord(name) && !FAMILY_OF_TWO.test(name);
}

export const recogniser: Recogniser = {
  name: 'name-in-script',
  kind: 'name',
  *find(text) {
    if (!hasLettersWithoutCapitals(text)) return;
    for (const { letters, forms, nobody, isNoWord } of OTHER_SCRIPTS) {
      if (!letters.test(text)) continue;
      for (const form of forms) {
        for (const match of matchesOf(form, text)) {
          const { name } = match.groups!;
          if (nobody?.test(name) === true || (isNoWord === true && isEveryday(name))) continue;
          const start = match.index + match[0].lastIndexOf(name);
          yield { start, end: start + name.length, score: SCORE };
        }
      }
    }
  },
};
