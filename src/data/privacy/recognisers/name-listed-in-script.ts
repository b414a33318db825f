/** Names in letters without capitals that lists know, or whose parts are what names are made of. */
import { chineseNames } from '../names/chinese.ts';
import { japaneseNames } from '../names/japanese.ts';
import { koreanNames } from '../names/korean.ts';
import { arabicNames, hebrewNames, hindiNames } from '../names/spaced.ts';
import { thaiNames } from '../names/thai.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';
import { hasLettersWithoutCapitals } from '../script-forms.ts';

/** Which letters a text has, and whose names are looked for then. */
const FINDERS: readonly { letters: RegExp; but?: RegExp; find(text: string): Iterable<Candidate> }[] = [
  { letters: /[\u3400-\u9fff]/, but: /[\u3041-\u30fa]/, find: chineseNames },
  { letters: /[\u3041-\u30fa]/, find: japaneseNames },
  { letters: /[가-힣]/, find: koreanNames },
  { letters: /[\u0620-\u06d3]/, find: arabicNames },
  { letters: /[\u05d0-\u05ea]/, find: hebrewNames },
  { letters: /[\u0904-\u0939]/, find: hindiNames },
  { letters: /[\u0e01-\u0e4d]/, find: thaiNames },
];

export const recogniser: Recogniser = {
  name: 'name-listed-in-script',
  kind: 'name',
  *find(text) {
    if (!hasLettersWithoutCapitals(text)) return;
    for (const { letters, but, find } of FINDERS) if (letters.test(text) && but?.test(text) !== true) yield* find(text);
  },
};
