/** What says that a word is part of a name: itself, its form, what lists know of it, and its neighbours. */
import { asListed, gazetteer } from '../gazetteer.ts';
import { NOT_NAMES, TITLES } from '../name-words.ts';
import type { Token } from './tokens.ts';

/** Rows of the table of weights. */
export const TABLE_SIZE = 1 << 18;

/** FNV-1a over UTF-16 units. */
function slotOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < feature.length; at++) hash = Math.imul(hash ^ feature.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & (TABLE_SIZE - 1);
}

export interface Standing {
  /** "0" no list has it, "1" one has it, "?" it is an everyday word too. */
  given: string;
  family: string;
  city: string;
}

export type Lookup = (word: string) => Standing;

const UNKNOWN: Standing = { given: '0', family: '0', city: '0' };
const MOST_KNOWN = 20_000;
const known = new Map<string, Standing>();

/** By the lists; "Jean-Luc" counts by its parts too. */
export function standingOf(word: string): Standing {
  const before = known.get(word);
  if (before !== undefined) return before;
  const { given, family, cities } = gazetteer();
  const listed = asListed(word.replace(/['’]s$/, ''));
  const [first, last] = [listed.split('-')[0], listed.split('-').at(-1)!];
  const sign = (standing: string | undefined): string =>
    standing === undefined ? '0' : standing === 'plain' ? '1' : '?';
  const standing = {
    given: sign(given.get(listed) ?? given.get(first)),
    family: sign(family.get(listed) ?? family.get(last)),
    city: sign(cities.get(listed)),
  };
  if (known.size > MOST_KNOWN) known.clear();
  known.set(word, standing);
  return standing;
}

function shapeOf(text: string): string {
  return text
    .replaceAll(/\p{Lu}+/gu, (run) => (run.length > 1 ? 'XX' : 'X'))
    .replaceAll(/[\p{Ll}\p{Lo}\p{M}]+/gu, (run) => (run.length > 1 ? 'xx' : 'x'))
    .replaceAll(/\d+/g, '9');
}

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

function affixesOf(lower: string, before: string): string[] {
  return [
    `a2${lower.slice(0, 2)}`,
    `a3${lower.slice(0, 3)}`,
    `e2${lower.slice(-2)}`,
    `e3${lower.slice(-3)}`,
    `e4${lower.slice(-4)}`,
    `e3p${lower.slice(-3)}${before}`,
  ];
}

/** Slots of the table of weights, one for each thing that holds. */
export function featuresOf({ tokens, at, isAfterName, lookup = standingOf, isBlind = false }: Place): number[] {
  const { text, lower } = tokens[at];
  const [before, earlier, next, later] = [tokens[at - 1], tokens[at - 2], tokens[at + 1], tokens[at + 2]];
  const own = lookup(text);
  const ofNext = next?.isCapital === true ? lookup(next.text) : UNKNOWN;
  const ofBefore = before?.isCapital === true ? lookup(before.text) : UNKNOWN;
  const lists = own.given + own.family + own.city;
  const shape = shapeOf(text);
  const [left, right] = [before?.lower ?? '^', next?.lower ?? '$'];
  const isFirst = before === undefined || /^[.!?\n:•*|>"„“«]$/.test(left);
  const tag = isAfterName ? '1' : '0';
  const isOther = NOT_NAMES.has(text) || TITLES.has(lower) ? '1' : '0';
  const features = [
    'b',
    `s${shape}`,
    `l${lists}`,
    `lf${lists}${isFirst}`,
    `ls${lists}${shape}`,
    `t${tag}${lists}`,
    `o${isOther}`,
    `z${Math.min(12, text.length)}`,
    `p${left}`,
    `pp${earlier?.lower ?? '^'} ${left}`,
    `n${right}`,
    `nn${right} ${later?.lower ?? '$'}`,
    `pl${left}|${lists}`,
    `nl${right}|${lists}`,
    `ps${sortOf(before)}${sortOf(next)}${lists}`,
    `c${sortOf(earlier)}${sortOf(before)}_${sortOf(next)}${sortOf(later)}`,
    `gn${lists}>${ofNext.given}${ofNext.family}`,
    `gb${ofBefore.given}${ofBefore.family}<${lists}${tag}`,
    `pt${left}|${tag}`,
    `pn${left}|${right}`,
    ...affixesOf(lower, sortOf(before)),
    `ti${TITLES.has(left) || (left === '.' && TITLES.has(earlier?.lower ?? ''))}`,
  ];
  if (!isBlind) features.push(`w${lower}`, `wf${lower}|${isFirst}`, `wt${lower}|${tag}`);
  return features.map(slotOf);
}
