/** What says that a word is part of a name: itself, its form, what lists know of it, and its neighbours. */
import { remembered } from '../../../base/remembered.ts';
import { asListed, gazetteer } from '../gazetteer.ts';
import { NOT_NAMES, PARTICLES, TITLES } from '../name-words.ts';
import { isEveryday } from './everyday.ts';
import type { Things } from './things.ts';
import { hashOf, type Form, type Token } from './tokens.ts';

/** Rows of the table of weights. */
export const TABLE_SIZE = 1 << 22;

/** Words in small letters, in lines of capitals, and others have weights of their own: one hash of each begins here. */
const SEEDS = { small: 0x9747b28c, capitals: 0x5bd1e995, both: 0x811c9dc5 };

/** Which feature it is, and what it holds. */
type Feature = readonly [feature: number, value: number];

/** Numbers stand for words, signs and lists: none is put together or read letter by letter for a feature. */
function mixed(hash: number, part: number): number {
  const product = Math.imul(hash ^ part, 0x9e3779b1);
  return product ^ (product >>> 15);
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
    // "Müller-Milch": the last part says what it is.
    everyday: isEveryday(bare.toLowerCase().split('-').at(-1)!) ? '1' : '0',
  };
});

export const PARTICLE = new RegExp(`^(?:${PARTICLES}|d|l)$`);
const PARTICLE_WORDS = new Set([...PARTICLES.replace('\\.?', '').split('|'), 'd', 'l']);
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
  const { text, lower, style, form } = tokens[at];
  if (text !== lower) return false;
  const listed = (form.listing ??= listingOf(lower));
  if (listed === 'none') return false;
  // Where nothing has a capital, names that are words too may be meant.
  if (listed === '1' || (listed !== '0' && (style === 'small' || isNextToName))) return true;
  const before = tokens[openingAt(tokens, at)]?.form;
  if (before === undefined) return false;
  const isBrought = isOpening(before) || (listed !== '0' && BRINGS_NAMES.has(before.kind));
  return isBrought && !NOT_SMALL_NAMES.has(lower);
}

/** Relatives, greetings, forms of address, labels: a form's `kind`. */
const BRINGS_NAMES: ReadonlySet<number> = new Set(Array.from('kgtrl', (letter) => letter.charCodeAt(0)));

/** How a word in small letters stands in the lists; "x" for what neither they nor dictionaries have, "none" for what is no word. */
function listingOf(lower: string): string {
  const isWord = lower.length >= 3 && /^\p{Ll}\P{N}*$/u.test(lower);
  const { given, family, everyday } = isWord ? standingOf(lower) : UNKNOWN;
  const own = given === '0' && everyday === '0' && /^\p{Ll}+$/u.test(lower) ? 'x' : given;
  return isWord ? (given === '1' || family === '1' ? '1' : own) : 'none';
}

function isOpening(form: Form): boolean {
  return (form.isOpening ??= OPENINGS.has(form.lower) || TITLES.has(form.lower) || form.isRole);
}

/** Where the word before stands, but for a stop and small words: "dr. patel", "mevrouw van dijk". */
function openingAt(tokens: readonly Token[], at: number): number {
  let from = at - 1;
  while (from > 0 && from > at - 4 && (tokens[from].text === '.' || PARTICLE_WORDS.has(tokens[from].lower))) from--;
  return from;
}

export function openingBefore(tokens: readonly Token[], at: number): string | undefined {
  return tokens[openingAt(tokens, at)]?.lower;
}

export interface Place {
  tokens: readonly Token[];
  at: number;
  /** Whether the word before, but for particles and stops, was taken for part of a name. */
  isAfterName: boolean;
  /** What stands before it in a list, as `itemBefore` tells, and whether that was taken for a name. */
  item: number;
  /** Of the whole text. */
  language: number;
  things: Things;
  lookup?: Lookup;
  /** Without the word itself, so that training does not learn names by heart. */
  isBlind?: boolean;
}

/** What parts the items of a list: marks, line ends and words for "and" and "or". */
const PARTS = new Set([
  ...',;&/+|\n·•',
  ...'and und et y e en i och og ja a ve or oder ou o of lub eller nebo veya és și'.split(' '),
]);
const MARKS_OF_ITEMS = /^(?:[-–—.:)(]|\d+)$/;
const FARTHEST = 5;

/** The place of the word with a capital that ends the item before a word of a list; -1 where no list goes on. */
export function itemBefore(tokens: readonly Token[], at: number): number {
  let isParted = false;
  for (let from = at - 1; from >= 0 && from >= at - FARTHEST; from--) {
    const { text, isCapital } = tokens[from];
    if (PARTS.has(text)) isParted = true;
    else if (isCapital) return isParted ? from : -1;
    else if (!MARKS_OF_ITEMS.test(text)) return -1;
  }
  return -1;
}

const GRAM = 3;

/** What a word's own letters say; without the word itself where `isBlind`. */
export function slotsOfWord(token: Token, isBlind = false): number[] {
  const { text, lower, form } = token;
  const padded = `<${lower}>`;
  const features: Feature[] = [
    [1, 0],
    [2, form.shape],
    [3, Math.min(12, text.length)],
    [4, hashOf(lower.slice(0, 2))],
    [5, hashOf(lower.slice(0, 3))],
    [6, hashOf(lower.slice(0, 4))],
    [7, hashOf(lower.slice(-2))],
    [8, hashOf(lower.slice(-3))],
    [9, hashOf(lower.slice(-4))],
  ];
  for (let at = 0; at + GRAM <= padded.length; at++) features.push([10, hashOf(padded.slice(at, at + GRAM))]);
  if (!isBlind) features.push([11, form.hash]);
  const seed = seedOf(token);
  return features.map(([feature, value]) => mixed(mixed(seed, feature), value) & (TABLE_SIZE - 1));
}

/** Which of the three sets of weights a word has. */
function seedOf({ isCapital, style }: Token): number {
  return isCapital ? (style === 'capitals' ? SEEDS.capitals : SEEDS.both) : SEEDS.small;
}

/** Beside words in small letters those of the lists count however they are written. */
function isNeighbour(isCapital: boolean, token: Token | undefined): boolean {
  return token !== undefined && (token.isCapital || (!isCapital && /^\p{Ll}{3}/u.test(token.text)));
}

/** Slots of what stands around a word, and of what lists know of it. */
export function slotsAround(place: Place): number[] {
  const slots: number[] = [];
  eachSlotAround(place, (slot) => slots.push(slot));
  return slots;
}

/** The same, one after the other: for weights that are only summed, nothing is kept. */
export function eachSlotAround(place: Place, visit: (slot: number) => void): void {
  const { tokens, at, isBlind = false } = place;
  const about = surroundingsOf(place);
  const seed = seedOf(tokens[at]);
  const add = (feature: number, one: number, two: number, three: number): void => {
    visit(mixed(mixed(mixed(mixed(seed, feature), one), two), three) & (TABLE_SIZE - 1));
  };
  addLists(place, about, add);
  addNeighbours(place, about, add);
  if (!isBlind) {
    add(50, tokens[at].form.hash, about.first, 0);
    add(51, tokens[at].form.hash, about.tag, 0);
  }
}

/** Puts in a feature, which is told by its number, and what it holds. */
type Add = (feature: number, one: number, two: number, three: number) => void;

interface Surroundings {
  lists: number;
  /** 1 where the word before was part of a name. */
  tag: number;
  /** 1 at the beginning of a sentence or a line. */
  first: number;
  /** What the words before and behind are of. */
  kindLeft: number;
  kindRight: number;
  item: number;
  /** Whether lists have the word, or a phrase that it stands in, as what a thing is called. */
  thing: number;
}

/** "0", "1" or "?" as a digit of the third order. */
function digitOf(sign: string): number {
  return sign === '0' ? 0 : sign === '1' ? 1 : 2;
}

function listsOf({ given, family, city, everyday }: Standing): number {
  return 27 * digitOf(given) + 9 * digitOf(family) + 3 * digitOf(city) + digitOf(everyday);
}

/** Of a neighbour, of which towns say nothing. */
function namesOf({ given, family, everyday }: Standing): number {
  return 9 * digitOf(given) + 3 * digitOf(family) + digitOf(everyday);
}

const NOTHING = 0x3f;
const BEGINS = /^[.!?\n:•*|>"„“«]$/;

function surroundingsOf({ tokens, at, isAfterName, item, things, lookup = standingOf }: Place): Surroundings {
  const [before, earlier, next] = [tokens[at - 1], tokens[at - 2], tokens[at + 1]];
  const titled = before?.text === '.' ? earlier : before;
  return {
    lists: listsOf(lookup(tokens[at].text)),
    tag: isAfterName ? 1 : 0,
    first: before === undefined || BEGINS.test(before.text) ? 1 : 0,
    kindLeft: titled?.form.kind ?? NOTHING,
    kindRight: next?.form.kind ?? NOTHING,
    item,
    thing: things.bits[at],
  };
}

function addLists({ tokens, at, language, things, lookup = standingOf }: Place, about: Surroundings, add: Add): void {
  const { text, lower, style, isCapital, form } = tokens[at];
  const { lists, tag, first, kindLeft, kindRight, item, thing } = about;
  const [before, next] = [tokens[at - 1], tokens[at + 1]];
  const [sortLeft, sortRight] = [before?.form.sort ?? NOTHING, next?.form.sort ?? NOTHING];
  const ofNext = isNeighbour(isCapital, next) ? namesOf(lookup(next.text)) : 0;
  const ofBefore = isNeighbour(isCapital, before) ? namesOf(lookup(before.text)) : 0;
  const isOther = NOT_NAMES.has(isCapital ? text : asListed(text.toUpperCase())) || TITLES.has(lower);
  add(20, style.length, form.shape, lists);
  add(21, lists, 0, 0);
  add(22, lists, first, 0);
  add(23, lists, form.shape, 0);
  add(24, tag, lists, 0);
  add(25, isOther ? 1 : 0, 0, 0);
  add(26, before?.form.hash ?? NOTHING, lists, 0);
  add(27, next?.form.hash ?? NOTHING, lists, 0);
  add(28, sortLeft, sortRight, lists);
  add(29, lists, ofNext, 0);
  add(30, ofBefore, lists, tag);
  add(31, kindLeft, lists, first);
  add(32, kindRight, lists, tag);
  add(33, language, lists, 2 * first + tag);
  add(34, language, sortLeft, 1024 * sortRight + tag);
  add(46, thing, lists, tag);
  add(47, thing, things.near(at), 2 * first + tag);
  add(48, thing, sortLeft, sortRight);
  // Verbs, and who does what, are told by their endings where no list has them.
  add(52, next?.form.last ?? NOTHING, lists, first);
  add(53, before?.form.last ?? NOTHING, lists, 0);
  add(54, item, lists, thing);
  add(55, item, sortLeft, sortRight);
}

function addNeighbours({ tokens, at, language }: Place, about: Surroundings, add: Add): void {
  const { tag, first, kindLeft, kindRight, item } = about;
  const [before, earlier, next, later] = [tokens[at - 1], tokens[at - 2], tokens[at + 1], tokens[at + 2]];
  const [left, right] = [before?.form.hash ?? NOTHING, next?.form.hash ?? NOTHING];
  const [sortLeft, sortRight] = [before?.form.sort ?? NOTHING, next?.form.sort ?? NOTHING];
  const { last } = tokens[at].form;
  add(35, left, 0, 0);
  add(36, earlier?.form.hash ?? NOTHING, left, 0);
  add(37, right, 0, 0);
  add(38, right, later?.form.hash ?? NOTHING, 0);
  add(39, 65536 * (earlier?.form.sort ?? NOTHING) + sortLeft, sortRight, later?.form.sort ?? NOTHING);
  add(40, left, tag, 0);
  add(41, left, right, 0);
  add(42, last, sortLeft, 0);
  add(43, language, last, 0);
  add(44, kindLeft, kindRight, tag);
  add(56, language, next?.form.last ?? NOTHING, 2 * first + tag);
  add(57, item, kindRight, right);
  add(45, 256 * (earlier?.form.kind ?? NOTHING) + kindLeft, kindRight, later?.form.kind ?? NOTHING);
}
