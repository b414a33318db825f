/** What things are called, in the place of what documentation is about: firms, brands, dishes, plants, works, places. */
import { gazetteer } from '../../src/data/privacy/gazetteer.ts';
import type { Draws } from '../pii-development/values.ts';
import type { ThingLists } from './things.ts';
import type { Document, Sentence } from './train.ts';

/** Of a hundred things, how many are of each list. */
const SHARES: readonly (readonly [list: keyof ThingLists, share: number])[] = [
  ['brands', 52],
  ['goods', 16],
  ['terms', 14],
  ['places', 12],
  ['living', 6],
];
/** Of a hundred brands, how many are to be such as a list takes for people: "Charles Schwab". */
const LIKE_PEOPLE = 45;

export class ThingDraws {
  readonly #lists: ThingLists;
  readonly #draws: Draws;
  /** Brands of which some word is a name, and such as look like somebody's whole name. */
  readonly #named: readonly string[];
  readonly #people: readonly string[];

  constructor(lists: ThingLists, draws: Draws) {
    this.#lists = lists;
    this.#draws = draws;
    const { given, family } = gazetteer();
    const isName = (word: string): boolean => given.has(word) || family.has(word);
    this.#named = lists.brands.filter((brand) => brand.split(/[\s'’-]/).some(isName));
    this.#people = lists.brands.filter((brand) => {
      const words = brand.split(' ');
      return words.length === 2 && given.has(words[0]) && family.has(words[1]);
    });
  }

  any(): string {
    let chance = this.#draws.below(100);
    for (const [list, share] of SHARES) {
      chance -= share;
      if (chance >= 0) continue;
      const isNamed = list === 'brands' && this.#draws.below(100) < LIKE_PEOPLE;
      return this.#draws.of(isNamed ? this.#named : this.#lists[list]);
    }
    return this.place();
  }

  place(): string {
    return this.#draws.of(this.#lists.places);
  }

  /** Somebody who is called as a firm is. */
  person(): string | undefined {
    return this.#people.length === 0 ? undefined : this.#draws.of(this.#people);
  }
}

/** What documentation speaks of by name. */
const PRODUCTS =
  /(?<![\p{L}\p{N}_./-])(?:LibreOffice(?: (?:Writer|Calc|Impress|Draw|Base|Math|Basic))?|Calc|Impress|Writer|Debian(?: GNU\/Linux)?|GNU\/Linux|GNOME|Linux|Microsoft (?:Office|Windows|Word|Excel)|Windows|Unix|Python|Java|Perl|Firefox|Mozilla|Thunderbird|Evolution|Ubuntu|Excel|Navigator|Red Hat|Fedora|Google|Apple|Oracle|Adobe|PostgreSQL|MySQL|Apache)(?![\p{L}\p{N}_/-])/gu;
/** How many of a hundred mentions become others, and in how many documents at most of a language. */
const REPLACED = 70;
const MOST_DOCUMENTS = 2500;

/** Documents that speak of other things. */
export function branded(documents: readonly Document[], things: ThingDraws, draws: Draws): Sentence[] {
  const sentences: Sentence[] = [];
  const counts = new Map<string, number>();
  for (const { text: whole, language } of documents) {
    const count = counts.get(language) ?? 0;
    if (count >= MOST_DOCUMENTS || whole.search(PRODUCTS) < 0) continue;
    counts.set(language, count + 1);
    let [text, at] = ['', 0];
    const called: { start: number; end: number }[] = [];
    for (const { 0: product, index } of whole.matchAll(PRODUCTS)) {
      text += whole.slice(at, index);
      at = index + product.length;
      const isReplaced = draws.below(100) < REPLACED;
      const start = text.length;
      text += isReplaced ? things.any() : product;
      if (isReplaced) called.push({ start, end: text.length });
    }
    sentences.push({ text: text + whole.slice(at), names: [], called });
  }
  return sentences;
}
