/** Finds nationalities and countries of people: "a German engineer", "she is from Kenya", but not "German cars". */
import { lexicon, type Nationality } from './gender-lexicon.ts';
import { PRONOUNS } from './pronouns.ts';
import { isWord, wordSet, type Word } from './words.ts';

export interface NationalityMention {
  /** Index of the word. */
  at: number;
  nationality: Nationality;
  form: keyof Nationality;
}

export interface Nationalities {
  found: readonly NationalityMention[];
  /** Whether a nationality or country is mentioned that may refer to something else. */
  isUnsure: boolean;
}

/** Finds nationalities attributed to people. */
export function nationalitiesIn(words: readonly Word[]): Nationalities {
  const named = words.flatMap(({ text }, at) => {
    const known = lexicon().nationalities.get(text);
    return known === undefined ? [] : [{ at, ...known }];
  });
  const found = named.filter((one) => isOfSomebody(words, one));
  return { found, isUnsure: found.length < named.length };
}

const BE = wordSet('am is are was were be been being become becomes became');
const SUBJECTS = wordSet('i we you they who');
const COMING = wordSet('come comes came coming originally hails moved emigrated fled');
const BORN = wordSet('born raised');
const BELONGING = wordSet('native natives citizen citizens');
/** Words that may follow a nationality used as a predicate. */
const BEHIND = wordSet('and or but who that from with by in at on for when because so too not living working');

function isOfSomebody(words: readonly Word[], { at, form }: NationalityMention): boolean {
  const lower = (place: number): string => words[place]?.lower ?? '';
  const text = (place: number): string => words[place]?.text ?? '';
  // "The Germans struck Poland" refers to a state.
  if (form === 'people') return lower(at - 1) !== 'the' && lower(at - 1) !== 'ancient';
  if (form === 'country') {
    const [preposition, verb] = [lower(at - 1), lower(at - 2)];
    if (preposition === 'from') return COMING.has(verb) || BE.has(verb) || isSomebody(words[at - 2]);
    return (preposition === 'in' && BORN.has(verb)) || (preposition === 'of' && BELONGING.has(verb));
  }
  // "The French King" is an identifiable person.
  if (isPerson(text(at + 1))) return true;
  // "A German software engineer".
  if (/^\p{Ll}/u.test(text(at + 1)) && !BEHIND.has(lower(at + 1)) && isPerson(text(at + 2))) return true;
  const isLast = !isWord(words[at + 1]) || BEHIND.has(lower(at + 1));
  return isLast && isSomebody(subjectOf(words, at));
}

/** Subject that a nationality is predicated of: "She is German", "she’s a German"; undefined in "his German is good". */
function subjectOf(words: readonly Word[], at: number): Word | undefined {
  const verb = at - (/^an?$/.test(words[at - 1]?.lower ?? '') ? 2 : 1);
  if (words[verb] === undefined) return undefined;
  if (BE.has(words[verb].lower)) return words[verb - 1];
  const isShortened = words[verb + 1].start - words[verb].end > 2;
  return isShortened ? words[verb] : undefined;
}

function isPerson(lower: string): boolean {
  const { persons, words } = lexicon();
  return persons.has(lower) || words.has(lower);
}

/** Whether a word is the subject of a statement about a person. */
function isSomebody(word: Word | undefined): boolean {
  if (!isWord(word)) return false;
  const { lower, text } = word;
  return SUBJECTS.has(lower) || PRONOUNS.has(lower) || isPerson(lower) || lexicon().given.has(text);
}
