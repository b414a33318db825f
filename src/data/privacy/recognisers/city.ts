/** Cities and towns by a list of places. One that is also a word or a name needs a preposition of place before it. */
import { asListed, gazetteer } from '../gazetteer.ts';
import type { Recogniser } from '../recogniser.ts';
import { WordList } from '../word-list.ts';
import { Expression } from '../words/expression.ts';

const WORD = new Expression(/(?=\p{Lu})(?<![\p{L}\p{N}_@./-])\p{Lu}[\p{L}\p{M}'’-]*/gu);
/** A place's name and more, up to the next mark. */
const MOST_LENGTH = 48;
const MOST_WORDS = 4;
const PLACE =
  /(?:\b(?:live[sd]?|living|born|reside[sd]?|residing|resident|based|moved|located|native|wohn\w{0,4}|geboren|lebt|habite|née?|vive|nacid[oa]|abita|nat[oa]|woont|mieszka|urodzon[aye]|bor|född|mora|nascid[oa]) (?:in|at|of|to|from|near|aus|nach|à|en|a|te|w|we|i|em)|\d{4,5},? |\d{2}-\d{3} |\d{3} \d{2} )\s?$/iu;
/** A place is meant. */
const AT =
  /(?<!\p{L})(?:in|at|from|to|near|of|aus|nach|bei|à|de|en|a|ad|da|di|te|uit|naar|w|we|z|ze|do|i|från|till|em|no|na) $/iu;

let firstWords: WordList | undefined;

export const recogniser: Recogniser = {
  name: 'city',
  kind: 'city',
  *find(text) {
    const { cities } = gazetteer();
    firstWords ??= WordList.of(new Set(Array.from(cities, ([name]) => name.split(' ')[0])));
    let next = 0;
    for (const { 0: word, index } of WORD.matches(text)) {
      if (index < next || !firstWords.has(asListed(word))) continue;
      const words = text
        .slice(index, index + MOST_LENGTH)
        .match(/^[^ ,;:()\n]+(?: [^ ,;:()\n]+){0,3}/)![0]
        .split(' ');
      for (let count = Math.min(MOST_WORDS, words.length); count > 0; count--) {
        const place = words
          .slice(0, count)
          .join(' ')
          .replace(/(?:['’]s)?[.!?]*$/, '');
        const around = {
          before: text.slice(Math.max(0, index - 30), index),
          behind: text.slice(index + place.length, index + place.length + 3),
        };
        const score = scoreOf(place, around);
        if (score === undefined) continue;
        next = index + place.length;
        if (score > 0) yield { start: index, end: next, score };
        break;
      }
    }
  },
};

/** Undefined where there is no such place. */
function scoreOf(place: string, { before, behind }: { before: string; behind: string }): number | undefined {
  const { cities, given, family } = gazetteer();
  const listed = place.split(' ').map(asListed).join(' ');
  const standing = cities.get(listed);
  if (standing === undefined) return undefined;
  if (PLACE.test(before)) return 0.75;
  const isSure = standing === 'plain' && !given.has(listed) && !family.has(listed);
  // "Modell München" is a lamp, and of "Dallas, Denver and Boston" nobody is said to live there.
  return isSure && (AT.test(before) || (before.endsWith(', ') && /^\s*(?:[.;)\n]|$)/u.test(behind))) ? 0.55 : 0;
}
