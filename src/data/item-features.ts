// V items of a vocabulary, L members of an item's bag, K numbers
import { entryOf } from '../base/table.ts';
import type { CatalogueItem } from './catalogue.ts';

/** Learnt encoding of catalogue features, also applied to later items. */
export interface FeatureSpace {
  version: 1;
  /** Vocabulary of each table, starting at index 1; 0 means none. */
  words: readonly string[];
  wordsOfItem: number;
  tags: readonly string[];
  tagsOfItem: number;
  numbers: readonly { name: string; mean: number; deviation: number }[];
  /** Model that embeds the items' texts; null if their words are used instead. */
  encoder: string | null;
}

/** Features of all items of a vocabulary, row by row; absent if there are none of a kind. */
export interface EncodedFeatures {
  /** [V · L] */
  words?: Int32Array;
  /** [V · L] */
  tags?: Int32Array;
  /** Standard scores; 0 if missing. [V · K] */
  numbers?: Float32Array;
}

const MOST_WORDS = 20_000;
const MOST_WORDS_OF_ITEM = 64;
const MOST_TAGS_OF_ITEM = 32;
/** Words in more than this share of the items are ignored. */
const COMMON = 0.2;
/** With fewer items no word counts as common. */
const FEW_ITEMS = 100;

/** Learns words, values and scales from a catalogue. */
export function learnFeatures(catalogue: readonly CatalogueItem[], encoder: string | null): FeatureSpace {
  const bags = encoder === null ? catalogue.map(({ text }) => wordsIn(text)) : [];
  const most = catalogue.length < FEW_ITEMS ? catalogue.length : COMMON * catalogue.length;
  const words = frequent(bags, { least: 2, most }).slice(0, MOST_WORDS);
  const tags = frequent(
    catalogue.map((item) => item.tags),
    { least: 1, most: catalogue.length },
  );
  const names = [...new Set(catalogue.flatMap(({ numbers }) => Object.keys(numbers)))].toSorted();
  return {
    version: 1,
    words,
    wordsOfItem: longest(bags, words, MOST_WORDS_OF_ITEM),
    tags,
    tagsOfItem: longest(
      catalogue.map((item) => item.tags),
      tags,
      MOST_TAGS_OF_ITEM,
    ),
    numbers: names.map((name) => ({ name, ...moments(catalogue, name) })),
    encoder,
  };
}

/** Features of a vocabulary's items; empty for special tokens and items missing from the catalogue. */
export function encodeFeatures(
  space: FeatureSpace,
  names: readonly (string | undefined)[],
  catalogue: ReadonlyMap<string, CatalogueItem>,
): EncodedFeatures {
  const { words, tags, numbers } = space;
  const items = names.map((name) => (name === undefined ? undefined : catalogue.get(name)));
  const encoded: EncodedFeatures = {};
  if (words.length > 0) {
    const texts = items.map((item) => (item === undefined ? [] : wordsIn(item.text)));
    encoded.words = places(texts, words, space.wordsOfItem);
  }
  const values = items.map((item) => item?.tags ?? []);
  if (tags.length > 0) encoded.tags = places(values, tags, space.tagsOfItem);
  if (numbers.length > 0) encoded.numbers = scores(items, numbers);
  return encoded;
}

/** Distinct words in lower case, in order of appearance. */
function wordsIn(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))];
}

/** Words of at least `least` bags, at most `most` of them, most frequent first. */
function frequent(bags: readonly (readonly string[])[], { least, most }: { least: number; most: number }): string[] {
  const counts = new Map<string, number>();
  for (const bag of bags) for (const member of bag) counts.set(member, (counts.get(member) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= least && count <= most)
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([member]) => member);
}

function longest(bags: readonly (readonly string[])[], known: readonly string[], limit: number): number {
  const isKnown = new Set(known);
  const most = bags.reduce((length, bag) => Math.max(length, bag.filter((one) => isKnown.has(one)).length), 0);
  return Math.min(most, limit);
}

/** [V · L] */
function places(bags: readonly (readonly string[])[], known: readonly string[], ofItem: number): Int32Array {
  const placeOf = new Map(known.map((member, place) => [member, place + 1]));
  const all = new Int32Array(bags.length * ofItem);
  for (const [item, bag] of bags.entries()) {
    const own = bag.flatMap((member) => placeOf.get(member) ?? []).slice(0, ofItem);
    all.set(own, item * ofItem);
  }
  return all;
}

function scores(items: readonly (CatalogueItem | undefined)[], numbers: FeatureSpace['numbers']): Float32Array {
  const all = new Float32Array(items.length * numbers.length);
  for (const [row, item] of items.entries())
    for (const [column, { name, mean, deviation }] of numbers.entries()) {
      const value = entryOf(item?.numbers, name);
      if (value !== undefined) all[row * numbers.length + column] = (value - mean) / deviation;
    }
  return all;
}

function moments(catalogue: readonly CatalogueItem[], name: string): { mean: number; deviation: number } {
  const values = catalogue.flatMap(({ numbers }) => entryOf(numbers, name) ?? []);
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
  return { mean, deviation: deviation > 0 ? deviation : 1 };
}
