/** Finds people mentioned in a text: by pronouns, gendered words and given names. */
import { asListed, gazetteer } from '@attune/privacy/gazetteer';
import { lexicon, type Gender, type GivenName } from './gender-lexicon.ts';
import { PRONOUNS } from './pronouns.ts';
import { isWord, wordSet, wordsOf, type Word } from './words.ts';

export interface Mention {
  /** Index in `Mentions.words`. */
  at: number;
  kind: 'pronoun' | 'word' | 'name';
  /** Absent for names used for both genders. */
  gender?: Gender;
  /** For given names. */
  name?: GivenName;
  /** Index of the following family name. */
  family?: number;
}

export interface Mentions {
  words: readonly Word[];
  found: readonly Mention[];
  /** Possible mentions, and the reasons for doubt. */
  doubts: readonly Doubt[];
}

export interface Doubt {
  at: number;
  reason: string;
}

/** Finds mentions in a text. English only: other languages yield few or none. */
export function mentionsIn(text: string): Mentions {
  const words = wordsOf(text);
  const finder = new Finder(text, words);
  for (const at of words.keys()) finder.look(at);
  return { words, found: finder.found, doubts: finder.doubts };
}

export const reasons = {
  known: 'a well-known person',
  organisation: 'a name that may also be a place or an organisation',
  word: 'a name that is also an ordinary word',
  genderless: 'a name whose usual gender is not known',
} as const;

/** Titles before a family name or a full name. */
const RANKS = wordSet('mr mrs ms dr prof professor officer sergeant judge captain president senator');
/** After one of these a noun phrase denotes a thing: "the Georgian capital", "every Sunday". */
const DETERMINERS = wordSet('a an the this that these those every each some any no');
const TITLES = wordSet('mr mrs ms miss');
/** Forms of address before a name. */
const ADDRESS = wordSet(
  'mr mrs ms miss dr prof professor sir madam aunt uncle nurse officer sergeant judge captain president senator dear hi hello hey thanks',
);
/** Words for relatives that may be capitalised. */
const KIN = wordSet(
  'mom dad mum mother father grandma grandpa granny grandad aunt uncle mommy daddy mama papa sir madam',
);
/** After a name these indicate that it names something other than a person. */
const OF_THINGS = wordSet(
  'Inc Inc. Ltd Ltd. LLC Corp Corp. GmbH Co University College School Academy Hospital Clinic Street ' +
    'Road Avenue Lane Drive Boulevard Square Park Airport Station Bank Group Company Foundation ' +
    'Institute Museum Theatre Theater Gallery Award Awards Prize Act Church Cathedral Day Island Islands ' +
    'Lake River Bridge Mountain City County Town Beach Hotel Cup Fund Library Center Centre Building ' +
    'Tower Hall House Stadium Festival Party Press Books Records Studios Brothers Partners Associates ' +
    'Motors Airlines Syndrome Disease Theorem Law Effect',
);
const BEFORE_PLACES = wordSet(
  'de van von da di du la le del al saint st mount lake port fort new cape hurricane storm santa san uss hms',
);
const PREPOSITIONS = wordSet('in at near from to around outside inside across through');
const FUNCTION_WORDS = wordSet(
  'the a an you it they we he she i this that these those your my our their there not be have and or ' +
    'of to in on for with is are was were any all some each every',
);

class Finder {
  readonly found: Mention[] = [];
  readonly doubts: Doubt[] = [];
  readonly #text: string;
  readonly #words: readonly Word[];
  readonly #fixed: readonly (readonly [number, number])[];

  constructor(text: string, words: readonly Word[]) {
    this.#text = text;
    this.#words = words;
    this.#fixed = [...text.matchAll(phrasePattern())].map(({ index, 0: { length } }) => [index, index + length]);
  }

  look(at: number): void {
    const word = this.#words[at];
    // "Stephen King": the family name was handled with the given name.
    if (this.found.at(-1)?.family === at) return;
    if (!isWord(word) || this.#fixed.some(([start, end]) => word.start >= start && word.end <= end)) return;
    const pronoun = PRONOUNS.get(word.lower);
    if (pronoun !== undefined) return void this.found.push({ at, kind: 'pronoun', gender: pronoun });
    const { gender } = lexicon().words.get(word.lower) ?? {};
    if (gender !== undefined) this.#lookAtWord(at, gender);
    else if (word.isCapital) this.#lookAtName(at);
  }

  #lookAtWord(at: number, gender: Gender): void {
    const word = this.#words[at];
    const next = this.#next(at);
    if (TITLES.has(word.lower)) {
      // "I miss you", "MS in biology".
      if (word.isCapital && next?.isCapital === true) this.found.push({ at, kind: 'word', gender });
      return;
    }
    const before = this.#before(at);
    if (word.isCapital && before !== undefined && TITLES.has(before.lower)) return;
    const isShouted = word.text === word.text.toUpperCase();
    const isName = word.isCapital && !isShouted && (!word.isFirst || next?.isCapital === true);
    const isOwn = KIN.has(word.lower) && (next?.isCapital !== true || lexicon().given.has(next.text));
    if (isName && !isOwn) this.doubts.push({ at, reason: reasons.organisation });
    else this.found.push({ at, kind: 'word', gender });
  }

  #lookAtName(at: number): void {
    const { text } = this.#words[at];
    const listed = asListed(text);
    const { given, noNames } = lexicon();
    const name = given.get(listed);
    if (this.#isKnown(at, listed)) return this.#doubt(at, reasons.known);
    if (name === undefined && gazetteer().given.get(listed) !== 'plain') return;
    // "IRA" and "MAX" in capitals are usually not names.
    if (noNames.get(listed) === false || (text !== listed && text.length < 4)) return;
    const [family, before] = [this.#familyOf(at), this.#before(at)];
    if (family === undefined && before !== undefined && (DETERMINERS.has(before.lower) || RANKS.has(before.lower)))
      return;
    if (family === 'thing' || this.#isPartOfName(before)) return this.#doubt(at, reasons.organisation);
    const isSure = family !== undefined || (before !== undefined && ADDRESS.has(before.lower));
    const other = isSure ? undefined : this.#otherMeaning(at, listed);
    if (other !== undefined) return other === '' ? undefined : this.#doubt(at, other);
    if (name === undefined) return this.#doubt(at, reasons.genderless);
    const gender = name.gender === 'both' ? undefined : name.gender;
    this.found.push({ at, kind: 'name', name, gender, family });
  }

  #isKnown(at: number, listed: string): boolean {
    const next = this.#next(at);
    const { known } = lexicon();
    return known.has(listed) || (next?.isCapital === true && known.has(`${listed} ${asListed(next.text)}`));
  }

  /** Why a lone name may not be one; '' if it certainly is not, undefined if nothing contradicts it. */
  #otherMeaning(at: number, listed: string): string | undefined {
    const [next, before] = [this.#next(at), this.#before(at)];
    if (gazetteer().given.get(listed) === 'ambiguous') {
      const isVerb = this.#words[at].isFirst && (next === undefined || FUNCTION_WORDS.has(next.lower));
      return isVerb ? '' : reasons.word;
    }
    if (!gazetteer().cities.has(listed) && !lexicon().noNames.has(listed)) return undefined;
    return before !== undefined && PREPOSITIONS.has(before.lower) ? '' : reasons.organisation;
  }

  #doubt(at: number, reason: string): void {
    this.doubts.push({ at, reason });
  }

  /** The family name after a given name; `thing` if the next word makes it something else. */
  #familyOf(at: number): number | 'thing' | undefined {
    const next = this.#next(at);
    if (next?.isCapital !== true) return undefined;
    const after = this.#next(at + 1);
    if (OF_THINGS.has(next.text) || (after?.isCapital === true && OF_THINGS.has(after.text))) return 'thing';
    if (lexicon().given.has(asListed(next.text)) && after?.isCapital === true) return undefined;
    return isFamily(asListed(next.text)) ? at + 1 : 'thing';
  }

  /** "Saint Mary", "Hotel Victoria"; a sentence may well begin with a word in front of a name. */
  #isPartOfName(before: Word | undefined): boolean {
    if (before === undefined || ADDRESS.has(before.lower)) return false;
    if (BEFORE_PLACES.has(before.lower)) return true;
    if (!before.isCapital || before.isFirst || before.lower === 'i') return false;
    return !lexicon().given.has(asListed(before.text)) && !KIN.has(before.lower);
  }

  /** The next word, if only a space separates them. */
  #next(at: number): Word | undefined {
    return this.#touching(at, at + 1) ?? undefined;
  }

  #before(at: number): Word | undefined {
    const dot = this.#words[at - 1]?.text === '.' ? 1 : 0;
    const before = this.#words[at - 1 - dot];
    if (dot === 1) return isWord(before) && ADDRESS.has(before.lower) ? before : undefined;
    return this.#touching(at - 1, at) === undefined ? undefined : before;
  }

  #touching(first: number, second: number): Word | undefined {
    const [a, b] = [this.#words[first], this.#words[second]];
    if (!isWord(a) || b === undefined) return undefined;
    if (b.text === '.' && TITLES.has(a.lower)) return this.#words[second + 1];
    return isWord(b) && /^ +$/.test(this.#text.slice(a.end, b.start)) ? b : undefined;
  }
}

let families: ReadonlySet<string> | undefined;

function isFamily(word: string): boolean {
  families ??= new Set([...lexicon().pools.values()].flatMap(({ family }) => family));
  return families.has(word) || gazetteer().family.has(word);
}

let phrases: RegExp | undefined;

function phrasePattern(): RegExp {
  if (phrases !== undefined) return phrases;
  const alternatives = lexicon().phrases.map((phrase) => phrase.replaceAll(' ', '\\s+'));
  return (phrases = new RegExp(`(?<![\\p{L}])(?:${alternatives.join('|')})(?![\\p{L}])`, 'giu'));
}
