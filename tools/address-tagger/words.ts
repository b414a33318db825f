/** Words of countries: towns, people, streets' proper names, and words of their letters that nobody has. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Inventor } from '../name-tagger/names.ts';
import type { Draws } from '../pii-development/values.ts';

interface Faker {
  rawDefinitions: {
    person?: { first_name?: Lists; last_name?: Lists };
    location?: { state?: string[]; state_abbr?: string[]; street_name?: string[]; city_name?: string[] };
    word?: { noun?: string[]; adjective?: string[] };
  };
}
type Lists = Record<string, string[] | undefined>;

export interface CountryWords {
  towns: readonly string[];
  given: readonly string[];
  family: readonly string[];
  nouns: readonly string[];
  regions: readonly string[];
  shortRegions: readonly string[];
  invented: { name(draws: Draws): string };
}

interface Place {
  name: string;
  country: string;
  population: number;
}

const LEAST_PEOPLE = 500;
const MOST_TOWNS = 6000;
/** Of what all its inventions are made; more says nothing new. */
const MOST_SAMPLES = 3000;
const IS_WORD = /^\p{Lu}[\p{L}\p{M}'’ -]{2,24}$/u;

function some(items: readonly string[], most: number): string[] {
  const step = Math.max(1, Math.floor(items.length / most));
  return items.filter((_, index) => index % step === 0);
}

function flat(lists: Lists | undefined): string[] {
  return [...new Set(Object.values(lists ?? {}).flatMap((list) => list ?? []))];
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}

/** New words of halves of others, in any script. */
class Pieces {
  readonly #words: readonly string[];

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  name(draws: Draws): string {
    const [one, two] = [draws.of(this.#words), draws.of(this.#words)];
    return one.slice(0, Math.ceil(one.length / 2)) + two.slice(Math.floor(two.length / 2)).trimStart();
  }
}

/** Of each country, with the locale of faker that its block names. */
export class Words {
  readonly #fakers: Record<string, Faker | undefined>;
  readonly #towns = new Map<string, string[]>();

  private constructor(fakers: Record<string, Faker | undefined>, places: readonly Place[]) {
    this.#fakers = fakers;
    for (const { name, country, population } of places) {
      if (population < LEAST_PEOPLE) continue;
      const towns = this.#towns.get(country);
      if (towns === undefined) this.#towns.set(country, [name]);
      else towns.push(name);
    }
  }

  static async of(fakerFolder: string, citiesFolder: string): Promise<Words> {
    const { allFakers } = (await import(pathToFileURL(join(fakerFolder, 'dist/index.js')).href)) as {
      allFakers: Record<string, Faker | undefined>;
    };
    const places = createRequire(import.meta.url)(join(citiesFolder, 'index.js')) as readonly Place[];
    return new Words(allFakers, places);
  }

  /** Of a country; in its own script where there are `ownWords`, to which those of faker come. */
  country(code: string, locale: string, ownWords?: readonly string[]): CountryWords {
    if (ownWords !== undefined) return this.#native(locale, ownWords);
    // "ru_translit": towns in Latin letters, and people of none of the lists.
    const definitions = this.#fakers[locale]?.rawDefinitions ?? {};
    const towns = some(this.#towns.get(code) ?? [], MOST_TOWNS).filter((name) => IS_WORD.test(name));
    const isLatin = (word: string): boolean => IS_WORD.test(word) && /^[\p{Script=Latin} '’-]+$/u.test(word);
    const given = flat(definitions.person?.first_name).filter(isLatin);
    const family = flat(definitions.person?.last_name).filter(isLatin);
    const nouns = [...(definitions.word?.noun ?? []), ...(definitions.word?.adjective ?? [])].map(capital);
    const { state, state_abbr: short } = definitions.location ?? {};
    const letters = [...some(towns, MOST_SAMPLES), ...some(family, MOST_SAMPLES)].filter((word) => !word.includes(' '));
    const invented = new Inventor(
      letters.length > 20 ? letters : [...letters, ...some(this.#anywhere(), MOST_SAMPLES)],
    );
    return {
      towns,
      given: given.length > 0 ? given : this.#people('en', 'first_name'),
      family: family.length > 0 ? family : towns.filter((name) => !name.includes(' ')),
      nouns: nouns.filter(isLatin),
      regions: (state ?? []).filter(isLatin),
      shortRegions: (short ?? []).filter((region) => /^[A-Z]{2,3}$/.test(region)),
      invented,
    };
  }

  #native(locale: string, ownWords: readonly string[]): CountryWords {
    const { person, location, word } = this.#fakers[locale]?.rawDefinitions ?? {};
    const isOwn = (one: string): boolean =>
      !/[\p{ASCII}\p{Script=Latin}]/u.test(one.replaceAll(/[ ()'’.-]/g, '')) && one !== '' && one.length < 25;
    const [given, family] = [flat(person?.first_name), flat(person?.last_name)].map((list) => list.filter(isOwn));
    const towns = [
      ...ownWords,
      ...(location?.city_name ?? []),
      ...(location?.street_name ?? []),
      ...given,
      ...family,
    ].filter(isOwn);
    const nouns = [...(word?.noun ?? []), ...(word?.adjective ?? [])].filter(isOwn);
    const regions = (location?.state ?? []).filter(isOwn);
    return {
      towns,
      given: given.length > 0 ? given : towns,
      family: family.length > 0 ? family : towns,
      nouns,
      regions,
      shortRegions: regions,
      invented: new Pieces(towns),
    };
  }

  #anywhere(): string[] {
    return [...this.#towns.values()].flat().filter((name) => IS_WORD.test(name) && !name.includes(' '));
  }

  #people(locale: string, list: 'first_name' | 'last_name'): string[] {
    return flat(this.#fakers[locale]?.rawDefinitions.person?.[list]);
  }
}

/** A word that nobody knows, of some country's letters, as prose has it. */
export function smallWord(words: readonly CountryWords[], draws: Draws): string {
  return draws.of(words).invented.name(draws).toLowerCase();
}
