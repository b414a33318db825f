/** Names that no list need have: by a small model of words, their forms and their neighbours in nine languages. */
import { asListed } from '../gazetteer.ts';
import { NOBODY_ALONE, NOT_NAMES } from '../name-words.ts';
import { isEponym } from '../names/eponyms.ts';
import { isCompound } from '../names/everyday.ts';
import { standingOf, type Standing } from '../names/features.ts';
import { withInitials } from '../names/initials.ts';
import { isCountry } from '../names/roles.ts';
import { classOf } from '../names/word-classes.ts';
import { isCalledThing, namesOf, PART } from '../names/tagger.ts';
import { unwrapped, withoutMarks } from '../names/wrapping.ts';
import type { Recogniser } from '../recogniser.ts';

/**
 * From which probability on one word by itself is a name: one that a list of given names has for nothing else, one that
 * only families are called, one that is a word or a thing too, one that no list has, and one that dictionaries have or
 * firms alone are called.
 */
const ALONE = {
  given: 0.22,
  family: 0.5,
  either: 0.38,
  eitherFamily: 0.6,
  calledToo: 0.45,
  fresh: 0.55,
  everyday: 0.8,
  called: 0.8,
};
/** In small letters, where given names have it for nothing else or are words too: of anything else more are words. */
const ALONE_SMALL = { plain: 0.5, everyday: 0.7 };
/** Nothing but capitals: of five letters and more where no list has it. */
const ALONE_CAPITALS = { listed: 0.5, everyday: 0.85, fresh: 0.55 };
const SURE = 0.9;
const AFTER_INITIAL = 0.3;
/** What a probability adds to the score: a street of one word with its number is rather an address. */
const OF_ONE = 0.15;
const OF_SEVERAL = 0.3;

export const recogniser: Recogniser = {
  name: 'name-in-context',
  kind: 'name',
  *find(written) {
    const text = unwrapped(written);
    for (const { start, end, words, probability, isTitled } of namesOf(written)) {
      const whole = withInitials(text, start, end);
      if (!/\p{L}{2}/u.test(text.slice(start, end))) continue;
      const more = text.slice(whole.start, start) + text.slice(end, whole.end);
      const isSure = more !== '' && !ARTICLE.test(more) && probability >= AFTER_INITIAL;
      if (!isTitled && isEponym(text, start, end)) continue;
      const word = text.slice(start, end);
      const isWriter = MAIL_BEHIND.exec(text.slice(end, end + BEHIND))?.[1].toLowerCase() === word.toLowerCase();
      const isAlone = words === 1 && !isSure && !isTitled && !isWriter && !isBrought(text, start);
      if (isAlone && LABELS.test(text.slice(end, end + BEHIND)) && isFresh(word)) continue;
      if (isAlone && !standsAlone(word, probability, isCalledThing(written, start, end))) continue;
      if (words > 1 && probability < PLAIN && isPlain(word)) continue;
      const weight = words === 1 ? OF_ONE : OF_SEVERAL;
      yield* withoutMarks(written, { ...whole, score: 0.52 + weight * Math.max(0, probability - PART) });
    }
  },
};

/** "krummel <krummel77@example.org>". */
const MAIL_BEHIND = /^["'”)]{0,2} ?<(\p{L}+)[\p{L}\d._-]*@/u;
/** "Kassen-Nr. L850398513", "hetu 110740-288B": what a number with letters stands behind is what it is called. */
const LABELS = /^\.?:? {0,2}(?=[\d./-]{0,12}\p{Lu})(?=[\p{Lu}./-]{0,4}\d)[\p{Lu}\d][\p{Lu}\d ./-]{5}/u;
const BEHIND = 30;

function isFresh(word: string): boolean {
  const { given, family } = standingOf(word);
  return given === '0' && family === '0';
}

/** "De" and "La" begin sentences as well. */
const ARTICLE = /^\p{Lu}\p{Ll}+ (?:\p{L}+ )?$/u;

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

/** How likely several words of everyday language must be, of which lists have none for a name alone: "Gift Offer". */
const PLAIN = 0.45;

function isPlain(name: string): boolean {
  const words = name.split(/[^\p{L}\p{M}'’]+/u);
  // "R Das": an initial before what a family is called, too.
  if (INITIAL.test(name) && standingOf(words.at(-1)!).family !== '0') return false;
  return words.every((word) => {
    const { given, family, everyday } = standingOf(word);
    return given !== '1' && family !== '1' && (everyday === '1' || word.length < 3);
  });
}

/** "A" and "I" are words. */
const INITIAL = /^(?![AEIOUY])\p{Lu} \p{Lu}\p{Ll}+$/u;

function standsAlone(word: string, probability: number, isThing: boolean): boolean {
  const standing = standingOf(word);
  const { given, family, everyday } = standing;
  // "Malte" is a country in French; "GuGYhsQVAf" is a password.
  if (isCountry(word.toLowerCase()) && (given === '0' || probability < SURE)) return false;
  if (NOBODY_ALONE.has(asListed(word))) return false;
  if (/\p{Ll}\p{Lu}\p{Ll}*\p{Lu}/u.test(word)) return false;
  const isListed = given === '1' || family === '1';
  if (word.length < 3)
    return /^\p{Lu}\p{Ll}$/u.test(word) && probability >= (isListed ? SHORT : given === '?' ? SURE : 1);
  if (word === word.toUpperCase()) return standsInCapitals(word, probability, standing);
  if (word === word.toLowerCase())
    return given !== '0' && probability >= ALONE_SMALL[everyday === '1' ? 'everyday' : 'plain'];
  if (given !== '0' || family !== '0') return probability >= leastOfListed(standing, isThing);
  if (isThing) return probability >= ALONE.called;
  return probability >= (everyday === '1' || isCompound(word.toLowerCase()) ? ALONE.everyday : ALONE.fresh);
}

function leastOfListed({ given, family }: Standing, isThing: boolean): number {
  const least =
    given === '1' ? ALONE.given : family === '1' ? ALONE.family : given === '?' ? ALONE.either : ALONE.eitherFamily;
  return isThing ? Math.max(least, ALONE.calledToo) : least;
}

const SHORT = 0.5;

/** Short ones are abbreviations for the most part: "IBAN". */
function standsInCapitals(word: string, probability: number, { given, family, everyday }: Standing): boolean {
  const isListed = given === '1' || family === '1';
  const least = everyday === '1' ? ALONE_CAPITALS.everyday : isListed ? ALONE_CAPITALS.listed : ALONE_CAPITALS.fresh;
  return word.length > (isListed ? 3 : 4) && probability >= least && !NOT_NAMES.has(asListed(word));
}
