/** Words that tell of gender, names with their usual gender and origin; assets/fairness says where they come from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Gender = 'female' | 'male';

/** What a word is of the other gender; without `gender` it is said of both, and nobody is known by it. */
export interface GenderedWord {
  gender?: Gender;
  other?: string;
}

export interface GivenName {
  /** What people of this name usually are; `both` where it is given to both. */
  gender: Gender | 'both';
  /** Where it is usual: one place, or several. */
  origins: readonly string[];
}

/** Names that a changed row may be given, by where they are usual. */
export interface NamePool {
  female: readonly string[];
  male: readonly string[];
  family: readonly string[];
}

/** The words for where people are from; `people` is empty where the adjective stands for them. */
export interface Nationality {
  country: string;
  adjective: string;
  people: string;
}

export interface Lexicon {
  words: ReadonlyMap<string, GenderedWord>;
  given: ReadonlyMap<string, GivenName>;
  pools: ReadonlyMap<string, NamePool>;
  /** Expressions of several words in which no word tells of anybody, in small letters. */
  phrases: readonly string[];
  /** What is said of one sex only, or where another gender changes more than a word. */
  sexBound: ReadonlySet<string>;
  /** Names that are more often something else, such as a country; true where they may be somebody's all the same. */
  noNames: ReadonlyMap<string, boolean>;
  /** By each of their words. */
  nationalities: ReadonlyMap<string, { nationality: Nationality; form: keyof Nationality }>;
  /** Words for people by what they do or are. */
  persons: ReadonlySet<string>;
  /** Full names of people whom everybody knows, and what they are known by alone. */
  known: ReadonlySet<string>;
}

let loaded: Lexicon | undefined;

/** Reads the lists when they are first asked for. */
export function lexicon(): Lexicon {
  loaded ??= {
    words: readWords(),
    given: readGiven(),
    pools: readPools(),
    phrases: lines('phrases.txt'),
    sexBound: new Set(lines('sex-bound.txt')),
    noNames: new Map(lines('no-names.txt').map((line) => [line.replace(/\?$/, ''), line.endsWith('?')])),
    nationalities: readNationalities(),
    persons: new Set(lines('persons.txt')),
    known: readKnown(),
  };
  return loaded;
}

function lines(name: string): string[] {
  const path = fileURLToPath(new URL(`../../../assets/fairness/${name}`, import.meta.url));
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

const TITLES: [string, GenderedWord][] = [
  ['mr', { gender: 'male', other: 'ms' }],
  ['mrs', { gender: 'female', other: 'mr' }],
  ['ms', { gender: 'female', other: 'mr' }],
  ['miss', { gender: 'female', other: 'mr' }],
];

/** Feminine, then masculine; what stands in brackets is the other word's form, and tells nothing by itself. */
function readWords(): Map<string, GenderedWord> {
  const words = new Map<string, GenderedWord>(TITLES);
  const add = (word: string, gender: Gender, other: string): void => {
    if (!word.startsWith('(') && !words.has(word)) words.set(word, { gender, other: other.replaceAll(/[()]/g, '') });
  };
  for (const line of lines('gendered-words.tsv')) {
    const [feminine, masculine] = line.split('\t');
    add(feminine, 'female', masculine);
    add(masculine, 'male', feminine);
  }
  return words;
}

function readGiven(): Map<string, GivenName> {
  const genders = { f: 'female', m: 'male', b: 'both' } as const;
  return new Map(
    lines('given.tsv').map((line) => {
      const [name, gender, origins] = line.split('\t');
      return [name, { gender: genders[gender as keyof typeof genders], origins: origins.split(' ') }];
    }),
  );
}

function readPools(): Map<string, NamePool> {
  const pools = new Map<string, NamePool>();
  for (const line of lines('pools.tsv')) {
    const [origin, kind, names] = line.split('\t');
    const pool = pools.get(origin) ?? { female: [], male: [], family: [] };
    pools.set(origin, { ...pool, [kind]: names.split(' ') });
  }
  return pools;
}

function readNationalities(): Map<string, { nationality: Nationality; form: keyof Nationality }> {
  const words = lines('nationalities.tsv').flatMap((line) => {
    const [country, adjective, people] = line.split('\t');
    const nationality = { country, adjective, people };
    return Object.entries(nationality).map(
      ([form, word]) => [word, { nationality, form: form as keyof Nationality }] as const,
    );
  });
  return new Map(words.filter(([word]) => word !== ''));
}

/** A name that ends in `!` is known by its last word alone. */
function readKnown(): Set<string> {
  return new Set(
    lines('known-people.txt').flatMap((line) => {
      const name = line.replace(/!$/, '');
      return line.endsWith('!') ? [name, name.slice(name.lastIndexOf(' ') + 1)] : [name];
    }),
  );
}
