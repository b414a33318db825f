/** Names that no list need have: by a small model of words, their forms and their neighbours in nine languages. */
import { standingOf } from '../names/features.ts';
import { isCountry } from '../names/roles.ts';
import { namesOf, PART } from '../names/tagger.ts';
import type { Recogniser } from '../recogniser.ts';

/** One word by itself needs more, and much more where no list of given names has it. */
const ALONE_LISTED = 0.6;
const ALONE = 0.7;
/** "P. Vanterpool". */
const INITIAL = /(?<![\p{L}\p{N}.])\p{Lu}\. ?$/u;
const AFTER_INITIAL = 0.55;

export const recogniser: Recogniser = {
  name: 'name-in-context',
  kind: 'name',
  *find(text) {
    for (const { start, end, words, probability } of namesOf(text)) {
      const initial = words === 1 ? (INITIAL.exec(text.slice(Math.max(0, start - 4), start))?.[0].length ?? 0) : 0;
      const isSure = initial > 0 && probability >= AFTER_INITIAL;
      if (words === 1 && !isSure && !standsAlone(text.slice(start, end), probability)) continue;
      yield { start: start - initial, end, score: 0.52 + 0.3 * Math.max(0, probability - PART) };
    }
  },
};

function standsAlone(word: string, probability: number): boolean {
  if (word.length < 3 || word === word.toUpperCase() || isCountry(word.toLowerCase())) return false;
  return probability >= (standingOf(word).given === '1' ? ALONE_LISTED : ALONE);
}
