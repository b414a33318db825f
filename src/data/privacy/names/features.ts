/** What says that a word is part of a name: itself, its form, what lists know of it, and its neighbours. */
import { remembered } from '../../../base/remembered.ts';
import { asListed, gazetteer } from '../gazetteer.ts';
import { NOT_NAMES, PARTICLES, TITLES } from '../name-words.ts';
import { isEveryday } from './everyday.ts';
import { isRole } from './roles.ts';
import type { Token } from './tokens.ts';
import { classOf } from './word-classes.ts';

/** Rows of the table of weights. */
export const TABLE_SIZE = 1 << 21;

/** Words in small letters, in lines of capitals, and others have weights of their own: one hash of each begins here. */
const SEEDS = { small: 0x9747b28c, capitals: 0x5bd1e995, both: 0x811c9dc5 };

/** What stands side by side in it, which is never put together: that would take longer than all else. */
type Feature = readonly string[];

/** FNV-1a over UTF-16 units. */
function slotOf(feature: Feature, seed: number): number {
  let hash = seed;
  for (let index = 0; index < feature.length; index++) {
    const part = feature[index];
    for (let at = 0; at < part.length; at++) hash = Math.imul(hash ^ part.charCodeAt(at), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (TABLE_SIZE - 1);
}

export interface Standing {
  /** "0" no list has it, "1" one has it, "?" it is an everyday word too. */
  given: string;
  family: string;
  city: string;
  /** "1" for a word of everyday language, whatever its case. */
  everyday: string;
}

export type Lookup = (word: string) => Standing;

const UNKNOWN: Standing = { given: '0', family: '0', city: '0', everyday: '0' };
const MOST_KNOWN = 20_000;

/** By the lists; "Jean-Luc" counts by its parts too. */
export const standingOf = remembered(MOST_KNOWN, (word): Standing => {
  const { given, family, cities } = gazetteer();
  const bare = word.replace(/['’]s$/, '');
  const listed = asListed(bare === bare.toLowerCase() ? bare.toUpperCase() : bare);
  const [first, last] = [listed.split('-')[0], listed.split('-').at(-1)!];
  const sign = (standing: string | undefined): string =>
    standing === undefined ? '0' : standing === 'plain' ? '1' : '?';
  return {
    given: sign(given.get(listed) ?? given.get(first)),
    family: sign(family.get(listed) ?? family.get(last)),
    city: sign(cities.get(listed)),
    everyday: isEveryday(bare.toLowerCase()) ? '1' : '0',
  };
});

export const PARTICLE = new RegExp(`^(?:${PARTICLES}|d|l)$`);
const PARTICLE_WORDS = new Set([...PARTICLES.replace('\\.?', '').split('|'), 'd', 'l']);
const MOST_SMALL = 100_000;
/** Greetings, and verbs of asking and telling, in front of a name. */
const OPENINGS = new Set(
  `hi hello hey yo dear thanks cheers tell told ask asked remind call called text texted ping met meet invite thank i'm im
hallo liebe lieber danke sag frag frage ruf bonjour salut cher chère merci dis demande appelle préviens hola querida querido gracias dile pregunta llama
ciao cara caro grazie chiama chiedi avvisa hoi beste dag bel vraag zeg dank cześć hej witaj dzięki powiedz zapytaj zadzwoń olá oi obrigado fala liga pergunta
tack kära säg fråga ring hejsan`.split(/\s+/),
);
const NOT_SMALL_NAMES = new Set(
  `again all there everyone both guys team folks sir madam mum mom dad you your the that this them him her his for from with very much alle ihr euch tous toi vous
todos tutti allen wszyscy państwo todas pessoal alla för att que und och`.split(/\s+/),
);

/** Whether a word in small letters may be part of a name: lists have it, no dictionary does, or what stands before it asks for one. */
export function isSmallCandidate(tokens: readonly Token[], at: number, isNextToName: boolean): boolean {
  const { text, lower, style } = tokens[at];
  if (text !== lower) return false;
  const listed = listingOf(lower);
  if (listed === 'none') return false;
  // Where nothing has a capital, names that are words too may be meant.
  if (listed === '1' || (listed !== '0' && (style === 'small' || isNextToName))) return true;
  const before = openingBefore(tokens, at);
  if (before === undefined || NOT_SMALL_NAMES.has(lower)) return false;
  return isOpening(before) || (listed !== '0' && BRINGS_NAMES.test(classOf(before)));
}

/** Relatives, greetings, forms of address, labels. */
const BRINGS_NAMES = /[kgtrl]/;

/** How a word in small letters stands in the lists; "x" for what neither they nor dictionaries have, "none" for what is no word. */
const listingOf = remembered(MOST_SMALL, (lower): string => {
  const isWord = lower.length >= 3 && /^\p{Ll}\P{N}*$/u.test(lower);
  const { given, family, everyday } = isWord ? standingOf(lower) : UNKNOWN;
  const own = given === '0' && everyday === '0' && /^\p{Ll}+$/u.test(lower) ? 'x' : given;
  return isWord ? (given === '1' || family === '1' ? '1' : own) : 'none';
});

function isOpening(word: string): boolean {
  return OPENINGS.has(word) || TITLES.has(word) || isRole(word);
}

/** The word before, but for a stop and small words: "dr. patel", "mevrouw van dijk". */
export function openingBefore(tokens: readonly Token[], at: number): string | undefined {
  let from = at - 1;
  while (from > 0 && from > at - 4 && (tokens[from].text === '.' || PARTICLE_WORDS.has(tokens[from].lower))) from--;
  return tokens[from]?.lower;
}

const shapeOf = remembered(MOST_KNOWN, (text): string =>
  text
    .replaceAll(/\p{Lu}+/gu, (run) => (run.length > 1 ? 'XX' : 'X'))
    .replaceAll(/[\p{Ll}\p{Lo}\p{M}]+/gu, (run) => (run.length > 1 ? 'xx' : 'x'))
    .replaceAll(/\d+/g, '9'),
);

/** "W" for words with a capital, "w" for others, numbers as 9, and marks as they are. */
function sortOf(token: Token | undefined): string {
  if (token === undefined) return '^';
  if (token.isCapital) return 'W';
  return /\p{L}/u.test(token.text[0]) ? 'w' : /\d/.test(token.text[0]) ? '9' : token.text;
}

export interface Place {
  tokens: readonly Token[];
  at: number;
  /** Whether the word before, but for particles and stops, was taken for part of a name. */
  isAfterName: boolean;
  lookup?: Lookup;
  /** Without the word itself, so that training does not learn names by heart. */
  isBlind?: boolean;
}

const GRAM = 3;

/** What a word's own letters say; without the word itself where `isBlind`. */
export function slotsOfWord(token: Token, isBlind = false): number[] {
  const { text, lower } = token;
  const padded = `<${lower}>`;
  const features = [
    'b',
    `s${shapeOf(text)}`,
    `z${Math.min(12, text.length)}`,
    `a2${lower.slice(0, 2)}`,
    `a3${lower.slice(0, 3)}`,
    `a4${lower.slice(0, 4)}`,
    `e2${lower.slice(-2)}`,
    `e3${lower.slice(-3)}`,
    `e4${lower.slice(-4)}`,
  ];
  for (let at = 0; at + GRAM <= padded.length; at++) features.push(`g${padded.slice(at, at + GRAM)}`);
  if (!isBlind) features.push(`w${lower}`);
  const seed = seedOf(token);
  return features.map((feature) => slotOf([feature], seed));
}

/** Which of the three sets of weights a word has. */
export function seedOf({ isCapital, style }: Token): number {
  return isCapital ? (style === 'capitals' ? SEEDS.capitals : SEEDS.both) : SEEDS.small;
}

/** Beside words in small letters those of the lists count however they are written. */
function isNeighbour(isCapital: boolean, token: Token | undefined): boolean {
  return token !== undefined && (token.isCapital || (!isCapital && /^\p{Ll}{3}/u.test(token.text)));
}

/** Slots of what stands around a word, and of what lists know of it. */
export function slotsAround(place: Place): number[] {
  const { tokens, at, isBlind = false } = place;
  const { lower } = tokens[at];
  const about = surroundingsOf(place);
  const features = [...featuresOfLists(place, about), ...featuresOfNeighbours(place, about)];
  if (!isBlind) features.push(['wf', lower, '|', String(about.isFirst)], ['wt', lower, '|', about.tag]);
  const seed = seedOf(tokens[at]);
  return features.map((feature) => slotOf(feature, seed));
}

interface Surroundings {
  lists: string;
  left: string;
  right: string;
  /** Whether the word before was part of a name. */
  tag: string;
  isFirst: boolean;
  sortLeft: string;
  sortRight: string;
}

function surroundingsOf({ tokens, at, isAfterName, lookup = standingOf }: Place): Surroundings {
  const [before, earlier, next] = [tokens[at - 1], tokens[at - 2], tokens[at + 1]];
  const own = lookup(tokens[at].text);
  const [left, right] = [before?.lower ?? '^', next?.lower ?? '$'];
  const titled = left === '.' ? (earlier?.lower ?? '^') : left;
  return {
    lists: own.given + own.family + own.city + own.everyday,
    left,
    right,
    tag: isAfterName ? '1' : '0',
    isFirst: before === undefined || /^[.!?\n:•*|>"„“«]$/.test(left),
    sortLeft: classOf(titled),
    sortRight: classOf(right),
  };
}

function featuresOfLists({ tokens, at, lookup = standingOf }: Place, about: Surroundings): Feature[] {
  const { text, lower, style, isCapital } = tokens[at];
  const { lists, left, right, tag, isFirst, sortLeft, sortRight } = about;
  const [before, next] = [tokens[at - 1], tokens[at + 1]];
  const ofNext = isNeighbour(isCapital, next) ? lookup(next.text) : UNKNOWN;
  const ofBefore = isNeighbour(isCapital, before) ? lookup(before.text) : UNKNOWN;
  const isOther = NOT_NAMES.has(isCapital ? text : asListed(text.toUpperCase())) || TITLES.has(lower) ? '1' : '0';
  const shape = shapeOf(text);
  return [
    ['y', style, shape, lists],
    ['l', lists],
    ['lf', lists, String(isFirst)],
    ['ls', lists, shape],
    ['t', tag, lists],
    ['o', isOther],
    ['pl', left, '|', lists],
    ['nl', right, '|', lists],
    ['ps', sortOf(before), sortOf(next), lists],
    ['gn', lists, '>', ofNext.given, ofNext.family, ofNext.everyday],
    ['gb', ofBefore.given, ofBefore.family, ofBefore.everyday, '<', lists, tag],
    ['kl', sortLeft, '|', lists, String(isFirst)],
    ['kr', sortRight, '|', lists, tag],
  ];
}

function featuresOfNeighbours({ tokens, at }: Place, about: Surroundings): Feature[] {
  const { left, right, tag, sortLeft, sortRight } = about;
  const [before, earlier, next, later] = [tokens[at - 1], tokens[at - 2], tokens[at + 1], tokens[at + 2]];
  return [
    ['p', left],
    ['pp', earlier?.lower ?? '^', ' ', left],
    ['n', right],
    ['nn', right, ' ', later?.lower ?? '$'],
    ['c', sortOf(earlier), sortOf(before), '_', sortOf(next), sortOf(later)],
    ['pt', left, '|', tag],
    ['pn', left, '|', right],
    ['e3p', tokens[at].lower.slice(-3), sortOf(before)],
    ['k', sortLeft, sortRight, tag],
    ['kk', classOf(earlier?.lower ?? '^'), sortLeft, '_', sortRight, classOf(later?.lower ?? '$')],
  ];
}
