/** Names that no list need have: by a small model of words, their forms and their neighbours in nine languages. */
import { asListed } from '../gazetteer.ts';
import { NOT_NAMES } from '../name-words.ts';
import { isEponym } from '../names/eponyms.ts';
import { standingOf } from '../names/features.ts';
import { withInitials } from '../names/initials.ts';
import { isCountry } from '../names/roles.ts';
import { classOf } from '../names/word-classes.ts';
import { isCalledThing, namesOf, PART } from '../names/tagger.ts';
import type { Recogniser } from '../recogniser.ts';

/** One word by itself needs more, and much more where no list of names has it or firms are called so. */
const ALONE_LISTED = 0.3;
const ALONE = 0.5;
/** In small letters, or nothing but capitals. */
const ALONE_SMALL = 0.5;
const ALONE_CAPITALS = 0.55;
const AFTER_INITIAL = 0.3;
/** What a probability adds to the score: a street of one word with its number is rather an address. */
const OF_ONE = 0.15;
const OF_SEVERAL = 0.3;

export const recogniser: Recogniser = {
  name: 'name-in-context',
  kind: 'name',
  *find(text) {
    for (const { start, end, words, probability, isTitled } of namesOf(text)) {
      const whole = withInitials(text, start, end);
      if (!/\p{L}{2}/u.test(text.slice(start, end))) continue;
      const isSure = whole.end - whole.start > end - start && probability >= AFTER_INITIAL;
      if (!isTitled && isEponym(text, start, end)) continue;
      const word = text.slice(start, end);
      const isAlone = words === 1 && !isSure && !isTitled && !isBrought(text, start);
      if (isAlone && !standsAlone(word, probability, isCalledThing(text, start, end))) continue;
      const weight = words === 1 ? OF_ONE : OF_SEVERAL;
      yield { ...whole, score: 0.52 + weight * Math.max(0, probability - PART) };
    }
  },
};

/** "helper Siti", "tant Asta": a relative or a form of address stands before it. */
function isBrought(text: string, start: number): boolean {
  const before = /(\p{L}+)\.? $/u.exec(text.slice(Math.max(0, start - BEFORE), start))?.[1];
  return (
    before !== undefined &&
    /^\p{Lu}\p{Ll}/u.test(text.slice(start, start + 2)) &&
    /[kt]/.test(classOf(before.toLowerCase()))
  );
}

const BEFORE = 20;

function standsAlone(word: string, probability: number, isThing: boolean): boolean {
  // "GuGYhsQVAf" is a password.
  if (isCountry(word.toLowerCase()) || /\p{Ll}\p{Lu}\p{Ll}*\p{Lu}/u.test(word)) return false;
  const { given, family } = standingOf(word);
  const isListed = given === '1' || family === '1';
  if (word.length < 3) return isListed && /^\p{Lu}\p{Ll}$/u.test(word) && probability >= ALONE;
  // Short ones are abbreviations for the most part: "IBAN".
  if (word === word.toUpperCase())
    return (
      (word.length > 4 || isListed) &&
      word.length > 3 &&
      probability >= ALONE_CAPITALS &&
      !NOT_NAMES.has(asListed(word))
    );
  if (word === word.toLowerCase()) return probability >= ALONE_SMALL;
  return probability >= (isListed && !isThing ? ALONE_LISTED : ALONE);
}
