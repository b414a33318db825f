/**
 * Names of people: runs of capitalised words, judged by lists of given and family names, by titles, and by phrases that
 * announce a name. What no list knows and nothing announces is not found; outside the Latin script only announced names are.
 */
import { remembered } from '../../../base/remembered.ts';
import { asListed, gazetteer, type Gazetteer } from '../gazetteer.ts';
import { CUES, NOT_NAMES, PARTICLES, TITLES } from '../name-words.ts';
import { isEponym, isShopOrStreet } from '../names/eponyms.ts';
import { withInitials } from '../names/initials.ts';
import { isCountry, isRole } from '../names/roles.ts';
import {
  CUED,
  DOUBTED,
  leastOf,
  LIKELY_COUNTRY,
  LIKELY_LISTED,
  LISTED,
  REFUTED_THING,
  SURE,
  TITLED,
} from '../names/rule-scores.ts';
import { highestIn, isCalledThing, isGerman, withoutUnlikely } from '../names/tagger.ts';
import { unwrapped, withoutMarks } from '../names/wrapping.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

const WORD = String.raw`\p{Lu}(?:[\p{L}\p{M}]|['’](?=\p{L})){0,40}(?:-\p{L}[\p{L}\p{M}'’]{0,40}){0,3}\.?`;
const RUN = new Expression(
  new RegExp(
    String.raw`(?=\p{Lu})(?<![\p{L}\p{N}_@./-])${WORD}(?:,?[ \u00a0]\r{0,16}(?:(?:${PARTICLES})[ \u00a0]\r{0,16}){0,3}(?:d['’]|l['’])?${WORD}){0,6}(?![\p{L}\p{N}_])`,
    'gu',
  ),
);
const CUE = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:${CUES})[\s*_"]{0,3}(?:(?:van|von|ter|ten|de|der|den|del|della|di|da|af|zu|zum|zur|['’]t)\s){0,2}`,
  'iu',
);
const ANNOUNCED_ELSEWHERE = new Expression(
  /(?:名前|氏名|患者|お名前|姓名|名字|联系人|이름|성명|имя|фио|пациент|όνομα|الاسم|שם|नाम)\s?[:：は是]\s?(?<value>[\p{L}\p{M}]{2,20}(?:[ ・·][\p{L}\p{M}]{2,20}){0,3})/giu,
);
/** Within a sentence a capital says more than at its start; after an article it begins a title or a place. */
const INSIDE =
  /(?<![\p{L}'’])(?!(?:the|an?|der|die|das|den|dem|le|la|les|el|los|las|il|lo|gli|het|o|os|as)[, ])\p{Ll}[\p{L}'’]{0,20},? $/u;
const MOST_WORDS = 5;

interface Word {
  /** Without a possessive ending or a stop that ends the sentence. */
  text: string;
  listed: string;
  start: number;
  end: number;
  /** A comma stands before it. */
  isAfterComma: boolean;
  /** A stop behind it ends the sentence: no initial, title or abbreviation. */
  isStopped: boolean;
}

export const recogniser: Recogniser = {
  name: 'name',
  kind: 'name',
  *find(written) {
    const text = unwrapped(written);
    for (const one of namesByRule(text)) {
      const isListed = one.score !== CUED && one.score !== TITLED;
      const refutes = one.score < SURE ? isEponym : isListed ? isShopOrStreet : undefined;
      if (refutes?.(text, one.start, one.end) === true) continue;
      const isThing = isListed && isCalledThing(written, one.start, one.end);
      if (isInitials(text, one.start, one.end)) continue;
      const whose = POSSESSOR.test(text.slice(one.end, one.end + 4)) && !isGerman(written);
      const least = whose
        ? isThing
          ? LIKELY_WHOSE
          : 0
        : isThing
          ? REFUTED_THING
          : leastOf(one.score, text.slice(one.start, one.end));
      const likely = least > 0 ? highestIn(written, one.start, one.end) : 1;
      if (likely < least) continue;
      // "delivers to Ireland"
      if (likely < LIKELY_COUNTRY && one.score < DOUBTED && isCountry(text.slice(one.start, one.end).toLowerCase()))
        continue;
      const { start, end } = one.score < DOUBTED ? withoutUnlikely(written, one.start, one.end) : one;
      yield* withoutMarks(written, { score: one.score, ...withInitials(text, start, end) });
    }
  },
};

/** "Kasia's latest idea": what firms are called, too, must be a little likely. */
const POSSESSOR = /^['’]s \p{Ll}/u;
const LIKELY_WHOSE = 0.03;
const CLOSED = /(?:cheers|regards|thanks|wishes|rgds|yours|greetings)[,.!]{0,2}[ \t]*\n\s*$/i;

/** "Cheers,\nRAH": initials by themselves. */
function isInitials(text: string, start: number, end: number): boolean {
  return /^\p{Lu}{2,3}$/u.test(text.slice(start, end)) && CLOSED.test(text.slice(Math.max(0, start - 24), start));
}

/** What lists, titles and phrases say alone. */
export function* namesByRule(text: string): Generator<Candidate> {
  const known = gazetteer();
  const announced = new Map(CUE.matches(text).map(({ 0: cue, index }) => [index + cue.length, isTitled(cue)]));
  for (const match of RUN.matches(text)) {
    const words = wordsOf(match[0], match.index);
    if (words.length === 0) continue;
    const isInside = (): boolean => INSIDE.test(text.slice(Math.max(0, match.index - 24), match.index));
    for (const one of namesIn(words, { announced, isInside }, known)) {
      yield one.score >= SURE ? { ...one, start: one.start - particlesBefore(text, one.start) } : one;
    }
  }
  for (const match of ANNOUNCED_ELSEWHERE.matches(text)) {
    const { value } = match.groups!;
    const end = match.index + match[0].length;
    yield { start: end - value.length, end, score: 0.8 };
  }
}

const LONGEST_PARTICLES = 14;
const PARTICLES_BEFORE =
  /(?<![\p{L}\p{N}])(?:(?:van|von|vom|ter|ten|zum|zur|af)(?: (?:de|der|den|het|['’]t))?|de la|de los|del|della|dos|das) $/u;

/** "Mevrouw van der Wal": small words between a title and the name are part of it. */
function particlesBefore(text: string, start: number): number {
  return PARTICLES_BEFORE.exec(text.slice(Math.max(0, start - LONGEST_PARTICLES), start))?.[0].length ?? 0;
}

/** "signora ", in small letters too. */
function isTitled(cue: string): boolean {
  const word = cue.trim().split(/\s/)[0].replace(/\.$/, '').toLowerCase();
  return word.length > 2 && TITLES.has(word);
}

const PIECE = new RegExp(WORD, 'gu');

function wordsOf(run: string, offset: number): Word[] {
  return matchesOf(PIECE, run).map(({ 0: piece, index }) => {
    const { text, listed, isStopped } = formsOf(piece);
    const isAfterComma = index > 0 && run.slice(0, index).trimEnd().endsWith(',');
    return { text, listed, start: offset + index, end: offset + index + text.length, isAfterComma, isStopped };
  });
}

/** The same words come again and again. */
const MOST_KNOWN = 20_000;

/** "Geo." and "Md." may go on. */
const SHORTEST_STOPPED = 4;

const formsOf = remembered(MOST_KNOWN, (piece): Pick<Word, 'text' | 'listed' | 'isStopped'> => {
  const isShort = piece.replaceAll(/[^\p{L}]/gu, '').length <= 2;
  const isTitle = TITLES.has(piece.slice(0, -1).toLowerCase());
  const text = piece.replace(/['’]s$/i, '').replace(isShort || isTitle ? /$^/ : /\.$/, '');
  const isStopped = piece.length > SHORTEST_STOPPED && text.length < piece.length && piece.endsWith('.');
  return { text, listed: asListed(text.replace(/\.$/, '')), isStopped };
});

interface Surroundings {
  /** Where a phrase ends that announces a name, and whether it is a form of address. */
  announced: ReadonlyMap<number, boolean>;
  isInside: () => boolean;
}

function* namesIn(
  words: readonly Word[],
  { announced, isInside }: Surroundings,
  known: Gazetteer,
): Generator<Candidate> {
  let at = 0;
  while (at < words.length) {
    let [from, hasTitle] = [at, false];
    // "Kollege Brinkmann", "Dear Ms. Cho": no part of the name.
    for (; from < words.length; from++) {
      // In "Vasquez, M., Denver trip" there is an initial, and no title.
      if (isTitle(words[from])) hasTitle = words[from + 1]?.isAfterComma === false;
      else if (from + 1 === words.length || !isRole(words[from].listed.toLowerCase())) break;
    }
    const to = Math.max(endOf(words, from), hasTitle && isSurname(words[from]) ? from + 1 : 0);
    const isCued = announced.has(words[at].start);
    const isAddressed = announced.get(words[at].start) === true;
    // "Frau Kollegin" is nobody by name.
    const isNobody = to === from + 1 && isRole(words[from].listed.toLowerCase());
    const score =
      from < to && !isNobody
        ? scoreOf(words.slice(from, to), { hasTitle: hasTitle || isAddressed, isCued, isInside }, known)
        : 0;
    if (score > 0) yield { start: words[from].start, end: words[to - 1].end, score };
    at = score > 0 ? to : from + 1;
  }
}

/** "Ms. Church": behind a form of address also what is no name elsewhere. */
function isSurname(word: Word | undefined): boolean {
  return word !== undefined && /^\p{Lu}\p{Ll}{3,}$/u.test(word.listed) && !NOBODY.has(word.listed);
}

const NOBODY = new Set(
  'They This That These Those With From Your Their Team Customer Support Service Damen Herren Kunde Kundin Zusammen Alle Sehr Oder Nach Hospital University College School'.split(
    ' ',
  ),
);

function isTitle({ text, listed }: Word): boolean {
  // "M" and "D" are titles with their stop only, as "Me" is French.
  return (
    TITLES.has(listed.toLowerCase()) && (listed.length > 2 || text.endsWith('.') || /^(?:Mr|Ms|Mx|Dr|Mw)$/.test(text))
  );
}

/** Where a name that begins here would end. */
function endOf(words: readonly Word[], from: number): number {
  let to = from;
  while (
    to < words.length &&
    to - from < MOST_WORDS &&
    (!NOT_NAMES.has(words[to].listed) || isParticle(words, to, from) || isBoth(words, to, from))
  ) {
    // "Smith, John" is one name; "Anna, Peter" are two.
    if (words[to].isAfterComma && to > from && !isTurned(words.slice(from, to), words[to])) break;
    if (to > from && (isTitle(words[to]) || words[to - 1].isStopped)) break;
    to++;
  }
  return to;
}

/** "Georgia Brown", "Ruby Banks": what is a country or a thing by itself, before what families alone are called. */
function isBoth(words: readonly Word[], at: number, from: number): boolean {
  const [word, next] = [words[at], words[at + 1]];
  if (at > from || words.length !== from + 2 || next.isAfterComma || NOT_NAMES.has(next.listed)) return false;
  return NAMED_SO.has(word.text) && gazetteer().family.has(next.listed);
}

/** Of those that are no names for the most part, what people are called. */
const NAMED_SO = new Set('Jordan Chad Georgia Virginia Carolina Asia Kenya Sierra Christian Ruby Pat'.split(' '));

const CAPITAL_PARTICLE = /^(?:De|Del|Della|Di|Da|Dos|La|Le|Van|Von|Der|Den|El|Al)$/;

/** "Adelberto De Bonis": within a name, before more of it. */
function isParticle(words: readonly Word[], at: number, from: number): boolean {
  return at > from && at + 1 < words.length && CAPITAL_PARTICLE.test(words[at].text);
}

function isTurned(before: readonly Word[], { listed }: Word): boolean {
  const { given, family } = gazetteer();
  return before.length <= 2 && before.every((word) => family.has(word.listed)) && given.has(listed);
}

function scoreOf(
  words: readonly Word[],
  { hasTitle, isCued, isInside }: { hasTitle: boolean; isCued: boolean; isInside: () => boolean },
  { given, family, cities }: Gazetteer,
): number {
  const [first] = words;
  const last = words.at(-1)!;
  const isPlaces = words.length > 1 && words.every(({ listed }) => cities.has(listed));
  const isInitial = /^\p{Lu}\.?$/u.test(first.text) || /^(?:\p{Lu}\.){2}$/u.test(first.text);
  if (hasTitle) return TITLED;
  if (isCued && first.listed.length > 1)
    return given.has(first.listed) || words.length > 1 || family.has(first.listed) ? CUED : 0.6;
  // "Madison, Austin, Jackson".
  if (isPlaces) return 0;
  const standing = given.get(first.listed.split('-')[0]) ?? given.get(first.listed);
  if (words.length === 1)
    return standing === 'plain' &&
      first.text !== first.text.toUpperCase() &&
      !cities.has(first.listed) &&
      first.listed.length > 2
      ? 0.6
      : 0;
  const lastStanding = family.get(last.listed) ?? family.get(last.listed.split('-').at(-1)!);
  if (last.isAfterComma && family.has(first.listed) && given.has(last.listed)) return LIKELY_LISTED;
  if (isInitial)
    return lastStanding === 'plain' ? 0.75 : lastStanding === 'ambiguous' && first.text.endsWith('.') ? 0.65 : 0;
  if (standing === 'plain') return lastStanding === undefined ? (cities.has(first.listed) ? 0 : 0.72) : LISTED;
  if (standing === 'ambiguous') {
    if (lastStanding !== undefined) return lastStanding === 'plain' ? LIKELY_LISTED : 0.6;
    return first.listed.length > 2 && /^\p{Lu}\p{Ll}{2,}$/u.test(last.text) && isInside() ? 0.52 : 0;
  }
  // A given name that no list has, before a family name that one has and that is no word.
  const isCapitalised = first.listed.length > 2 && first.text !== first.text.toUpperCase();
  return lastStanding === 'plain' && isCapitalised && !cities.has(first.listed) && !cities.has(last.listed) ? 0.55 : 0;
}
